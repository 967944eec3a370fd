package dev.geminibatch.management;

import dev.geminibatch.io.LruMap;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who may ask the management server: everybody if no token is set, otherwise only those who bring
 * it. Refused requests are counted, and an address with many of them waits for each further answer.
 */
public final class AccessGuard implements MeterBinder {
  /** Typing errors; more are somebody who guesses. */
  static final int FREE_TRIES = 10;

  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final int ADDRESSES = 1_000;
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final Optional<byte[]> token;
  private final Optional<byte[]> readToken;
  private final AtomicLong refused = new AtomicLong();
  private final Map<String, Integer> triesByAddress = new LruMap<>(ADDRESSES);

  /** Guards with the tokens that are set. */
  public AccessGuard(Optional<String> token, Optional<String> readToken) {
    this.token = token.map(AccessGuard::bytes);
    this.readToken = readToken.map(AccessGuard::bytes);
  }

  /** What a request may do. */
  public enum Right {
    /** Nothing. */
    NONE,
    /** See everything, and change nothing. */
    READ,
    /** Everything. */
    ACT
  }

  /** Whether a request needs a token. */
  public boolean isClosed() {
    return token.isPresent() || readToken.isPresent();
  }

  /**
   * What a request may do.
   *
   * @param authorization the header; null if there is none
   */
  public Right right(String authorization) {
    if (!isClosed()) {
      return Right.ACT;
    }
    Optional<byte[]> offered =
        Optional.ofNullable(authorization)
            .flatMap(header -> offered(header.strip()))
            .map(AccessGuard::bytes);
    if (offered.isEmpty()) {
      return Right.NONE;
    }
    boolean mayAct = isSame(token, offered.get());
    boolean mayRead = isSame(readToken, offered.get());
    return mayAct ? Right.ACT : mayRead ? Right.READ : Right.NONE;
  }

  /** The time that the answer takes is the same however much of it is right. */
  private static boolean isSame(Optional<byte[]> token, byte[] offered) {
    return token.isPresent() && MessageDigest.isEqual(offered, token.get());
  }

  private static Optional<String> offered(String header) {
    String scheme = header.toLowerCase(Locale.ROOT);
    if (scheme.startsWith(BEARER)) {
      return Optional.of(header.substring(BEARER.length()).strip());
    }
    return scheme.startsWith(BASIC) ? password(header.substring(BASIC.length())) : Optional.empty();
  }

  /** Browsers ask for a name as well; any will do. */
  private static Optional<String> password(String encoded) {
    try {
      String login =
          new String(Base64.getDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
      int colon = login.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(login.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A request was refused; how long its sender waits to hear so. */
  public Duration refuse(String address) {
    refused.incrementAndGet();
    synchronized (triesByAddress) {
      int tries =
          triesByAddress.merge(address, 1, (before, one) -> Math.min(before + one, 1 << 20));
      return tries > FREE_TRIES ? WAIT : Duration.ZERO;
    }
  }

  /** An address has brought the token, and may err again. */
  public void admitted(String address) {
    synchronized (triesByAddress) {
      triesByAddress.remove(address);
    }
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder(
            "gemini_batch_management_refused_requests", refused, AtomicLong::doubleValue)
        .description("Requests to the management server without the token, or with a wrong one")
        .register(registry);
  }
}

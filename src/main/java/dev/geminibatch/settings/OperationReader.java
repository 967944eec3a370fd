package dev.geminibatch.settings;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.settings.Settings.Operation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads what concerns the process rather than its runs. */
final class OperationReader {
  /** As the name of a machine at most. */
  private static final int LONGEST_NAME = 63;

  private static final String TOKEN = "management.token";
  private static final String READ_TOKEN = "management.read-token";

  /** What is as good as a password. */
  static final Set<String> TOKENS = Set.of(TOKEN, READ_TOKEN);

  private static final String HOST = "management.host";
  private static final String NAME = "member.name";
  private static final String SILENCE = "member.silence";
  private static final Duration LEAST_SILENCE = Duration.ofSeconds(3);
  private static final Duration MOST_SILENCE = Duration.ofMinutes(10);
  private static final String LOOPBACK = "127.0.0.1";
  private static final int LARGEST_PORT = 65_535;

  /** What nobody guesses over the network within years. */
  private static final int SHORTEST_TOKEN = 16;

  private final PropertySources sources;
  private final TypedProperties typed;

  OperationReader(PropertySources sources, TypedProperties typed) {
    this.sources = sources;
    this.typed = typed;
  }

  Operation read() {
    return new Operation(
        new LogReader(sources, typed).read(),
        management(),
        typed.timeOrZero("sandbox.job-time", "3s"),
        new LedgerReader(sources, typed).read(),
        member());
  }

  private MemberSettings member() {
    String given = typed.text(NAME, "").strip();
    String name = typed.read(NAME, "", () -> requireShort(given));
    Duration silence = typed.time(SILENCE, "60s");
    return typed.read(
        SILENCE,
        new MemberSettings(name, Duration.ofMinutes(1)),
        () -> {
          if (silence.compareTo(LEAST_SILENCE) < 0 || silence.compareTo(MOST_SILENCE) > 0) {
            throw new UsageException(
                SILENCE
                    + " is "
                    + Amounts.time(silence)
                    + "; write 3s to 10m. A member that is stopped for longer loses its runs.");
          }
          return new MemberSettings(name, silence);
        });
  }

  private static String requireShort(String name) {
    if (name.length() > LONGEST_NAME || !name.codePoints().allMatch(Visible::isSeen)) {
      throw new UsageException(
          NAME
              + " is "
              + Visible.line(name)
              + ", with "
              + name.length()
              + " characters; write at most "
              + LONGEST_NAME
              + " that can be seen.");
    }
    return name;
  }

  /** Camel's own keys would start another server, for every network and without a token. */
  static void refuseCamels(String key) {
    if (key.toLowerCase(Locale.ROOT).startsWith("camel.management.")) {
      throw new UsageException(
          key + " is not used here; write management.enabled, .host, .port and .token instead.");
    }
  }

  private ManagementSettings management() {
    boolean isEnabled = typed.flag("management.enabled", true);
    boolean hasToken = TOKENS.stream().anyMatch(key -> sources.get(key).isPresent());
    Optional<String> token = typed.read(TOKEN, Optional.empty(), () -> token(TOKEN));
    return new ManagementSettings(
        isEnabled,
        typed.read(HOST, LOOPBACK, () -> host(isEnabled && !hasToken)),
        typed.number("management.port", 9876, 0, LARGEST_PORT),
        token,
        typed.read(READ_TOKEN, Optional.empty(), () -> readToken(token)));
  }

  private String host(boolean mustBeOurs) {
    String host = typed.text(HOST, LOOPBACK).strip();
    if (mustBeOurs && !isLoopback(host)) {
      throw new UsageException(
          HOST
              + " is "
              + host
              + ", which other machines can reach; set management.token to at least "
              + SHORTEST_TOKEN
              + " characters, or management.host to 127.0.0.1.");
    }
    return host;
  }

  private Optional<String> readToken(Optional<String> token) {
    Optional<String> readToken = token(READ_TOKEN);
    if (readToken.isPresent() && readToken.equals(token)) {
      throw new UsageException(
          READ_TOKEN + " is the same as " + TOKEN + ", so whoever reads could change things, too.");
    }
    return readToken;
  }

  private Optional<String> token(String key) {
    Optional<String> token = typed.longText(key).map(Pasted::clean);
    sources
        .get(key)
        .filter(text -> text.startsWith(TypedProperties.FILE))
        .map(text -> text.substring(TypedProperties.FILE.length()).strip())
        .ifPresent(file -> sources.holdsSecret(typed.absolute(key, file)));
    token.ifPresent(Redactor::hideToken);
    if (token.isPresent() && token.get().length() < SHORTEST_TOKEN) {
      throw new UsageException(
          key
              + " has "
              + token.get().length()
              + " characters; write at least "
              + SHORTEST_TOKEN
              + ", for example what \"openssl rand -hex 24\" prints.");
    }
    return token;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UsageException(
          HOST
              + " is \""
              + host
              + "\", which is not the name or address of this machine; write 127.0.0.1, or 0.0.0.0"
              + " for every network.");
    }
  }
}

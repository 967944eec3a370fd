package dev.geminibatch.window;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens of forms. A page of somebody else can make a browser post a form with the browser's login,
 * and cannot read our pages: what brings no token of ours was not sent from one of them.
 *
 * <p>A token says until when it is good, signed with a key that lives as long as the process. So
 * nothing has to be remembered.
 */
public final class FormTokens {
  /** A page that was left open overnight still works in the morning. */
  static final Duration GOOD_FOR = Duration.ofHours(24);

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;
  private final Clock clock;

  /** Makes a key of its own. */
  public FormTokens(SecureRandom random, Clock clock) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    this.key = new SecretKeySpec(bytes, ALGORITHM);
    this.clock = clock;
  }

  /** A token for the forms of a page that is made now. */
  public String next() {
    long until = clock.instant().plus(GOOD_FOR).toEpochMilli();
    return until + "." + signature(Long.toString(until));
  }

  /**
   * Whether a token is one of ours and not too old.
   *
   * @param token null if there is none
   */
  public boolean isGood(String token) {
    int dot = token == null ? -1 : token.indexOf('.');
    if (dot < 1 || dot > 19) {
      return false;
    }
    String until = token.substring(0, dot);
    byte[] expected = signature(until).getBytes(UTF_8);
    return MessageDigest.isEqual(expected, token.substring(dot + 1).getBytes(UTF_8))
        && clock.instant().isBefore(Instant.ofEpochMilli(Long.parseLong(until)));
  }

  private String signature(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}

package dev.geminibatch.extension;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs what is sent, so that whoever gets it can tell that it comes from here. */
public final class Hmac {
  private static final String ALGORITHM = "HmacSHA256";

  /** The signature in hex. */
  public String sha256(byte[] message, String secret) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(ALGORITHM);
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
    return HexFormat.of().formatHex(mac.doFinal(message));
  }
}

package dev.geminibatch.stage.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.Strictness;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Tells whether two runs would be sent and judged alike: the same lines, default model, files, key
 * and settings, whatever the file's name. A run with the fingerprint of an earlier one gets that
 * one's answers instead of paying again.
 *
 * <p>So the words that go into it must never change, nor their order: everybody would pay again
 * after an upgrade. They are spelled out here and depend on no enum's order and no record's text;
 * {@code ContentFingerprintTest} pins them.
 */
final class ContentFingerprint {
  private ContentFingerprint() {}

  /**
   * The fingerprint in hex.
   *
   * @param lines the digest of the input's bytes
   * @param model of lines that name none
   * @param strictness by which the answers are judged
   * @param contents gives each tag with what its file holds, in the order of the tags
   */
  static String of(
      byte[] lines,
      String model,
      ProjectId project,
      Strictness strictness,
      Settings.Requests defaults,
      Consumer<BiConsumer<String, String>> contents) {
    MessageDigest digest = Sha256.digest();
    digest.update(lines);
    digest.update(model.getBytes(UTF_8));
    digest.update(project.value().getBytes(UTF_8));
    digest.update(number(strictness));
    if (defaults.generationConfig().isPresent() || defaults.systemInstruction().isPresent()) {
      String words =
          "Requests[generationConfig="
              + words(defaults.generationConfig())
              + ", systemInstruction="
              + words(defaults.systemInstruction())
              + "]";
      digest.update(words.getBytes(UTF_8));
    }
    contents.accept((tag, content) -> digest.update((tag + "\0" + content + "\n").getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The digest of lines that are not all of the shape that the first versions took. Those gave
   * other answers to the same bytes, or none.
   *
   * @param lines the digest of their bytes
   */
  static byte[] ofForeignShapes(byte[] lines) {
    MessageDigest digest = Sha256.digest();
    digest.update(lines);
    digest.update("shapes".getBytes(UTF_8));
    return digest.digest();
  }

  private static byte number(Strictness strictness) {
    return switch (strictness) {
      case STRICT -> 0;
      case LENIENT -> 1;
      case OFF -> 2;
    };
  }

  private static String words(Optional<String> value) {
    return value.map(text -> "Optional[" + text + "]").orElse("Optional.empty");
  }
}

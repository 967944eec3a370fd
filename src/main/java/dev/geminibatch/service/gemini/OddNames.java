package dev.geminibatch.service.gemini;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.Visible;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.ServiceFailure;
import java.util.Collections;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Invalid names that the service gives. They are reported and never used. */
final class OddNames {
  private static final Logger LOG = LoggerFactory.getLogger("service");
  private static final int LONGEST = 100;

  private static final Map<String, Boolean> SEEN = Collections.synchronizedMap(new LruMap<>(1_000));

  private OddNames() {}

  /** What is thrown where nothing can be done without the name. */
  static ServiceFailure failure(String what, String name) {
    return GeminiHttp.odd(
        "The service calls " + what + " \"" + shown(name) + "\", which cannot be its name", null);
  }

  /** Reports a name once, where the rest of the answer is of use. */
  static void report(String what, String name) {
    String shown = shown(name);
    if (SEEN.put(what + " " + shown, true) == null) {
      LOG.warn("The service calls {} \"{}\", which cannot be its name; it is ignored", what, shown);
    }
  }

  private static String shown(String name) {
    return Amounts.shortened(Visible.line(Redactor.redact(name)), LONGEST);
  }
}

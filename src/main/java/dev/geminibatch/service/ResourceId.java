package dev.geminibatch.service;

import java.util.regex.Pattern;

/**
 * The form of an id with the service. It is one segment of a URL and one file name, and nothing in
 * it leads anywhere else. The documented ids are shorter and of fewer characters; those of the
 * files of answers are not documented.
 */
final class ResourceId {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

  private ResourceId() {}

  /** Whether a text is a prefix and an id. */
  static boolean follows(String prefix, String text) {
    return text.startsWith(prefix) && FORM.matcher(text.substring(prefix.length())).matches();
  }
}

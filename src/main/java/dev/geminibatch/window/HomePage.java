package dev.geminibatch.window;

import dev.geminibatch.ledger.RunList.Group;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The first page.
 *
 * @param standing whether all is well, and the numbers
 * @param text that is searched for; empty if nothing is
 * @param next the address of the next page; null if this is the last
 */
record HomePage(
    Frame frame, Standing standing, Group group, String text, List<RunRow> runs, String next) {
  List<Group> groups() {
    return List.of(Group.values());
  }

  /** A group in an address and on the page. */
  static String word(Group group) {
    return group.name().toLowerCase(Locale.ROOT);
  }

  static Optional<Group> group(String word) {
    return Arrays.stream(Group.values()).filter(each -> word(each).equals(word)).findFirst();
  }
}

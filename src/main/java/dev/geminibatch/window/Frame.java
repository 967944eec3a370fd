package dev.geminibatch.window;

import java.util.List;

/**
 * What every page has.
 *
 * @param title of the page
 * @param mayAct whether whoever looks at it may change anything
 * @param formToken for its forms
 * @param path where it is
 * @param stamp stands for what the ledger held when it was made: see {@link ChangesSection}
 * @param areMembers whether several daemons may share the ledger
 */
record Frame(
    String title, boolean mayAct, String formToken, String path, long stamp, boolean areMembers) {
  private static final Link DROP = new Link("/drop", "Drop a file");
  private static final Link MEMBERS = new Link("/members", "Members");
  private static final List<Link> LINKS =
      List.of(
          new Link("/", "Runs"),
          DROP,
          new Link("/files", "Files"),
          new Link("/jobs", "Jobs"),
          new Link("/costs", "Costs"),
          new Link("/events", "Events"),
          new Link("/audit", "Actions"),
          MEMBERS,
          new Link("/settings", "Settings"));

  /** A way to another page. */
  record Link(String path, String name) {}

  /** The ways to all pages that this person can use. */
  List<Link> links() {
    return LINKS.stream()
        .filter(link -> mayAct || !link.equals(DROP))
        .filter(link -> areMembers || !link.equals(MEMBERS))
        .toList();
  }

  /** What a link is to this page, as {@code aria-current} says it; null if it leads elsewhere. */
  String current(Link link) {
    if (link.path().equals(path)) {
      return "page";
    }
    return link.path().equals("/") && path.startsWith("/runs/") ? "true" : null;
  }
}

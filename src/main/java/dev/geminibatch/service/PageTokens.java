package dev.geminibatch.service;

import dev.geminibatch.service.ServiceFailure.Kind;
import java.util.Optional;

/**
 * Follows the pages of a listing, which must not lead in a circle or go on forever: whoever looks
 * for a job in it would take one that he did not come to for one that is not there.
 */
public final class PageTokens {
  /** More than any project has, at a hundred entries a page. */
  private static final int MAX_PAGES = 10_000;

  private int pages;
  private String mark = "";

  /**
   * Takes the token of a page that has been read.
   *
   * @return the same
   * @throws ServiceFailure if it was there before, or there are too many
   */
  public Optional<String> next(Optional<String> token) {
    if (token.isEmpty()) {
      return token;
    }
    pages++;
    if (token.get().equals(mark) || pages >= MAX_PAGES) {
      throw new ServiceFailure(
          Kind.UNAVAILABLE,
          "ODD_ANSWER",
          "The service's listing does not end: page " + pages + " refers to an earlier one, or on",
          Optional.empty(),
          null);
    }
    if (Integer.bitCount(pages) == 1) {
      mark = token.get(); // at ever greater distances, so a circle of any length closes
    }
    return token;
  }
}

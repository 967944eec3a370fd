package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Cuts a listing into pages; the token of a page is where it begins. */
final class Pages {
  private Pages() {}

  /**
   * The page that the call asks for.
   *
   * @param byDefault items of a page if the call names no number
   */
  static ObjectNode of(Call call, String field, List<ObjectNode> all, int byDefault, int most) {
    int size = Math.min(most, Math.max(1, call.number("pageSize", byDefault)));
    int from = Math.min(all.size(), call.number("pageToken", 0));
    int to = Math.min(all.size(), from + size);
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    if (to > from) {
      page.putArray(field).addAll(all.subList(from, to));
    }
    if (to < all.size()) {
      page.put("nextPageToken", Integer.toString(to));
    }
    return page;
  }
}

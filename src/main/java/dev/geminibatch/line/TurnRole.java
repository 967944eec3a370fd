package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Locale;

/** The role of a turn: the service knows those of other APIs under names of its own. */
final class TurnRole {
  private TurnRole() {}

  /**
   * What to write in place of the role that the parser stands at.
   *
   * @return null if it may stay
   */
  static String inTheServicesWords(JsonScanner parser, Place path) throws BadLine {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return null; // null where a program writes what is not set; else the service's to say
    }
    String role = parser.text();
    String known =
        switch (role.toLowerCase(Locale.ROOT)) {
          case "user", "human" -> "user";
          case "model", "assistant" -> "model";
          case "system", "developer" ->
              throw new BadLine(
                  ProblemCode.BAD_ROLE,
                  path
                      + " is \""
                      + role
                      + "\"; write its text as systemInstruction of the request");
          default -> role; // the service's to say
        };
    return known.equals(role) ? null : known;
  }
}

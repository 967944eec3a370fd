package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.JsonNode;

/** What a schema demands of a value. */
@FunctionalInterface
interface SchemaDemand {
  /**
   * Notes with the judge what a value lacks.
   *
   * @throws SchemaJudge.CannotJudge when the demand leads nowhere or takes too much work
   */
  void check(JsonNode value, SchemaJudge judge);
}

package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jdbi.v3.core.statement.ParsedSql;
import org.junit.jupiter.api.Test;

class NamedParametersTest {
  @Test
  void names_become_question_marks_in_their_order() {
    ParsedSql parsed = parse("SELECT :b, :a_1 FROM t WHERE x<:b AND y=(:c)");

    assertThat(parsed.getSql()).isEqualTo("SELECT ?, ? FROM t WHERE x<? AND y=(?)");
    assertThat(parsed.getParameters().getParameterNames()).isEqualTo(List.of("b", "a_1", "b", "c"));
  }

  @Test
  void positions_stay() {
    ParsedSql parsed = parse("UPDATE t SET x = ? WHERE id = ?");

    assertThat(parsed.getSql()).isEqualTo("UPDATE t SET x = ? WHERE id = ?");
    assertThat(parsed.getParameters().isPositional()).isTrue();
    assertThat(parsed.getParameters().getParameterCount()).isEqualTo(2);
  }

  @Test
  void what_is_quoted_is_no_parameter() {
    String sql = "SELECT ':a ?', 'it''s :b', \":c?\" FROM t";

    assertThat(parse(sql).getSql()).isEqualTo(sql);
    assertThat(parse(sql).getParameters().getParameterCount()).isZero();
  }

  private static ParsedSql parse(String sql) {
    return new NamedParameters().parse(sql, null);
  }
}

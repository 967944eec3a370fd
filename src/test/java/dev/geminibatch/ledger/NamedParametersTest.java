package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamedParametersTest {
  @Test
  void names_become_question_marks_in_their_order() {
    NamedParameters parsed = NamedParameters.of("SELECT :b, :a_1 FROM t WHERE x<:b AND y=(:c)");

    assertThat(parsed.sql()).isEqualTo("SELECT ?, ? FROM t WHERE x<? AND y=(?)");
    assertThat(parsed.names()).containsExactly("b", "a_1", "b", "c");
  }

  @Test
  void positions_stay() {
    NamedParameters parsed = NamedParameters.of("UPDATE t SET x = ? WHERE id = ?");

    assertThat(parsed.sql()).isEqualTo("UPDATE t SET x = ? WHERE id = ?");
    assertThat(parsed.names()).isEmpty();
  }

  @Test
  void what_is_quoted_is_no_parameter() {
    String sql = "SELECT ':a ?', 'it''s :b', \":c?\", '$1' FROM t";

    assertThat(NamedParameters.of(sql)).isEqualTo(new NamedParameters(sql, List.of()));
  }
}

package dev.geminibatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class DeliveryTest {
  private static Delivery of(String results) {
    return new Delivery(
        "run", "x.jsonl", "default", "/inbox", "/outbox", results, null, "/outbox/r", 1, 1);
  }

  @Test
  void routes_get_ordinary_names_as_they_are() {
    Delivery delivery = of("/outbox/a b-batch-results.jsonl");

    assertThat(delivery.stem()).isEqualTo("a b");
    assertThat(delivery.fileName()).isEqualTo("a b-batch-results.jsonl");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_name_with_backslashes_leads_routes_to_no_other_folder_and_to_no_other_run() {
    Delivery delivery = of("/outbox/a\\..\\books\\b-batch-results.jsonl");

    assertThat(delivery.stem()).matches("a_\\.\\._books_b~[0-9a-f]{8}");
    assertThat(delivery.fileName()).isEqualTo(delivery.stem() + "-batch-results.jsonl");
    assertThat(of("/outbox/a_.._books_b-batch-results.jsonl").stem()).isNotEqualTo(delivery.stem());
  }
}

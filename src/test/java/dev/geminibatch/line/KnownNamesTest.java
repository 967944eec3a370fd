package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KnownNamesTest {
  private static final List<String> KNOWN = List.of("key", "kay", "response", "parts", "p", "");
  private final KnownNames names = new KnownNames(KNOWN);

  @Test
  void a_known_name_is_always_the_same_text() {
    assertThat(KNOWN).allSatisfy(name -> assertThat(found(name)).isSameAs(name));
  }

  @Test
  void others_are_not_known() {
    assertThat(List.of("kez", "Key", "keys", "k", "réponse", "ke\\u0079", "part"))
        .allSatisfy(name -> assertThat(found(name)).isNull());
  }

  private String found(String name) {
    byte[] line = ("{\"" + name + "\":1}").getBytes(UTF_8);
    return names.find(line, 2, line.length - 4);
  }
}

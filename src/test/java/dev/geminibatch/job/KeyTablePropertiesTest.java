package dev.geminibatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The table of keys against a map. */
class KeyTablePropertiesTest {
  private static final int PLACES_AT_FIRST = 1 << 10;

  @Property
  void it_knows_what_a_map_knows(
      @ForAll("hashes") List<Long> added, @ForAll("hashes") List<Long> others) {
    KeyTable table = new KeyTable();
    Map<Long, Integer> reference = new HashMap<>();

    for (long hash : added) {
      boolean isNew = reference.putIfAbsent(hash, reference.size()) == null;
      assertThat(table.add(hash)).isEqualTo(isNew);
      assertThat(table.size()).isEqualTo(reference.size());
    }

    reference.forEach((hash, number) -> assertThat(table.find(hash)).isEqualTo(number));
    for (long hash : others) {
      assertThat(table.find(hash)).isEqualTo(reference.getOrDefault(hash, -1));
    }
  }

  /** Enough of them that the table grows, and many that want the same places. */
  @Provide
  Arbitrary<List<Long>> hashes() {
    Arbitrary<Long> crowded =
        Arbitraries.longs().between(1, 200).map(number -> number * PLACES_AT_FIRST - number % 3);
    return Arbitraries.oneOf(
            Arbitraries.longs().filter(hash -> hash != 0),
            Arbitraries.longs().between(1, 500),
            crowded)
        .list()
        .ofMaxSize(3_000);
  }
}

package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.RunList.Group;
import dev.geminibatch.ledger.RunList.Page;
import dev.geminibatch.ledger.RunList.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The runs of a ledger page by page. */
abstract class RunListContract extends LedgerContract {
  private List<String> all(Group group, String text, int most) {
    List<String> ids = new ArrayList<>();
    Optional<Place> place = Optional.of(Place.BEGINNING);
    while (place.isPresent()) {
      Page page = ledger.list().page(group, text, place.get(), most);
      assertThat(page.runs()).hasSizeLessThanOrEqualTo(most);
      page.runs().forEach(run -> ids.add(run.id()));
      place = page.next();
    }
    return ids;
  }

  @Test
  void pages_follow_each_other_without_a_gap_also_where_runs_came_at_the_same_time() {
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      newestFirst.add(0, received(i + ".jsonl"));
      clock.forward(Duration.ofMillis(i % 3 == 0 ? 1 : 0));
    }

    for (int most = 1; most <= 11; most++) {
      assertThat(all(Group.ALL, "", most)).isEqualTo(newestFirst);
    }
  }

  @Test
  void each_group_has_its_runs_by_its_own_time() {
    String first = delivered("first.jsonl");
    clock.forward(Duration.ofSeconds(1));
    String open = inspected("open.jsonl");
    clock.forward(Duration.ofSeconds(1));
    String failed = received("failed.jsonl");
    runs().failed(failed, "no reason");
    clock.forward(Duration.ofSeconds(1));
    String last = delivered("last.jsonl");
    received(newRun("dry.jsonl", true));

    assertThat(all(Group.ALL, "", 2)).containsExactly(last, failed, open, first);
    assertThat(all(Group.OPEN, "", 2)).containsExactly(open);
    assertThat(all(Group.DELIVERED, "", 1)).containsExactly(last, first);
    assertThat(all(Group.FAILED, "", 1)).containsExactly(failed);
  }

  @Test
  void a_search_finds_names_and_the_beginnings_of_ids() {
    String letters = received("Letters of May.jsonl");
    String other = received("100%_sure.jsonl");

    assertThat(all(Group.ALL, "letters OF", 9)).containsExactly(letters);
    assertThat(all(Group.OPEN, "0%_s", 9)).containsExactly(other);
    assertThat(all(Group.ALL, letters, 9)).containsExactly(letters);
    assertThat(all(Group.ALL, "%", 9)).containsExactly(other);
    assertThat(all(Group.ALL, "nothing", 9)).isEmpty();
    assertThat(all(Group.FAILED, "letters", 9)).isEmpty();
  }

  @Test
  void a_place_is_what_its_word_says() {
    Place place = new Place(1_767_323_045_000L, "20260102-030405-aaaaaa");

    assertThat(Place.of(place.word())).contains(place);
    for (String word : List.of("", "-", "-x", "x-1", "1", "99999999999999999999-a", "1 -x")) {
      assertThat(Place.of(word)).as(word).isEmpty();
    }
  }

  @Test
  void open_runs_are_listed_the_same_when_they_are_many() {
    List<String> open = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String run = i % 3 == 0 ? delivered(i + ".jsonl") : received(i + ".jsonl");
      if (i % 3 != 0) {
        open.add(0, run);
      }
      clock.forward(Duration.ofMillis(i % 2));
    }
    ledger.control().pause(open.get(2));
    runs().hold(open.get(4), "for somebody");
    List<String> stopped = List.of(open.get(2), open.get(4));
    assertThat(all(Group.OPEN, "", 4)).isEqualTo(open);
    assertThat(all(Group.STOPPED, "", 1)).isEqualTo(stopped);

    clock.forward(Duration.ofSeconds(1));
    for (int i = 0; i <= RunList.FEW; i++) {
      open.add(0, received("more.jsonl"));
    }

    List<String> sorted = open.stream().sorted(Comparator.reverseOrder()).toList();
    assertThat(all(Group.OPEN, "", 500)).isEqualTo(sorted);
    assertThat(all(Group.STOPPED, "", 1)).isEqualTo(stopped);
    assertThat(all(Group.OPEN, "1.jsonl", 3)).containsExactly(open.get(open.size() - 1));
  }
}

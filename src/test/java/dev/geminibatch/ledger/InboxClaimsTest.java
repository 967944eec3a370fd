package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.InboxClaims.Claim;
import dev.geminibatch.ledger.InboxClaims.Outcome;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who takes a dropped file, of members that share a ledger. */
class InboxClaimsTest extends MembersFixture {
  @Override
  Path state(String member) {
    return folder.resolve(member);
  }

  private static Claim dropped(String id, String path, String identity) {
    Path source = Path.of(path);
    return new Claim(
        Run.receiving(
            id,
            new RunInput(source.getFileName().toString(), source, true, 0, 0),
            new RunOptions("default", "gemini-x", Path.of("media"), id, false, 5, false),
            Optional.empty(),
            Instant.EPOCH),
        Optional.ofNullable(identity));
  }

  private static Outcome claim(Ledger ledger, Claim... claims) {
    return ledger.runs().inboxClaims().claim(List.of(claims));
  }

  @Test
  void a_file_of_a_shared_inbox_is_taken_by_one_member_whatever_its_path() {
    assertThat(claim(one, dropped("1", "/a/x", "id1"), dropped("2", "/a/y", "id2 beside")).ours())
        .containsExactlyInAnyOrder("1", "2");

    Outcome outcome = claim(other, dropped("3", "/b/y", "id2"), dropped("4", "/b/z", "id3"));

    assertThat(outcome.ours()).containsExactly("4");
    assertThat(outcome.remains()).as("it is on its way").isEmpty();
    assertThat(other.queries().find("3")).isEmpty();
  }

  @Test
  void files_of_the_same_path_on_two_machines_do_not_hold_each_other_up() throws Exception {
    claim(one, dropped("1", "/inbox/x", "id1"));

    assertThat(claim(other, dropped("2", "/inbox/x", "id2")).ours()).containsExactly("2");

    server.execute(name, "UPDATE gemini_batch.member SET state = 'GONE' WHERE id = 'one'");
    assertThat(claim(other, dropped("3", "/inbox/x", "id3")).ours()).containsExactly("3");
  }

  @Test
  void two_names_of_one_file_are_two_inputs() {
    claim(one, dropped("1", "/inbox/x", "id1"));

    assertThat(claim(other, dropped("2", "/inbox/y", "id1")).ours()).containsExactly("2");
  }

  @Test
  void the_path_counts_where_nothing_else_is_known() {
    claim(one, dropped("1", "/inbox/x", null), dropped("2", "/inbox/y", "id2"));

    assertThat(claim(other, dropped("3", "/inbox/x", "id1")).ours()).isEmpty();
    assertThat(claim(other, dropped("4", "/inbox/y", null)).ours()).isEmpty();

    one.runs().received("1", 1, 1);
    assertThat(claim(other, dropped("5", "/inbox/x", null)).ours())
        .as("another file of this name may have been dropped since")
        .containsExactly("5");
  }

  @Test
  void a_file_that_has_left_the_inbox_claims_nothing_any_more() {
    claim(one, dropped("1", "/inbox/x", "id1"));
    one.runs().received(List.of(new RunLedger.Received("1", 1, 1)));

    assertThat(one.runs().inboxClaims().identity("1")).isEmpty();
    assertThat(claim(other, dropped("2", "/inbox/x", "id1")).ours()).containsExactly("2");
  }

  @Test
  void a_file_that_was_copied_and_may_still_be_in_an_inbox_is_not_taken_again() {
    claim(one, dropped("1", "/inbox/x", "id1 beside"));
    one.runs().received("1", 1, 1);

    assertThat(one.runs().inboxClaims().identity("1")).hasValue("id1 beside");
    Outcome outcome = claim(other, dropped("2", "/inbox/x", "id1"));
    assertThat(outcome.ours()).isEmpty();
    assertThat(outcome.remains()).containsExactly(Map.entry("2", "1"));

    other.runs().inboxClaims().settle("1");
    assertThat(claim(other, dropped("3", "/inbox/x", "id1")).ours()).containsExactly("3");
  }

  @Test
  void many_files_are_claimed_at_once() {
    Claim[] many =
        IntStream.range(0, 500)
            .mapToObj(i -> dropped("run" + i, "/inbox/x" + i, "id" + i))
            .toArray(Claim[]::new);

    assertThat(claim(one, many).ours()).hasSize(500);
    assertThat(claim(other, dropped("again", "/inbox/x7", "id7")).ours()).isEmpty();
  }
}

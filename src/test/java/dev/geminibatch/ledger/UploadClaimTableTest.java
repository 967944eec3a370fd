package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.ReferenceIndex.StoredReference;
import dev.geminibatch.media.UploadClaims.ContentKey;
import dev.geminibatch.media.UploadClaims.Offer;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.service.ProjectId;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What two members of one ledger upload, and what they receive. */
class UploadClaimTableTest extends MembersFixture {
  private static final ProjectId PROJECT = new ProjectId("project");
  private static final Instant SOON = Instant.EPOCH;

  private void kill(String member) throws SQLException {
    server.execute(
        name, "UPDATE gemini_batch.member SET state = 'GONE' WHERE id = '" + member + "'");
  }

  private static UploadClaimTable claims(Ledger ledger) {
    return ledger.uploadClaims().orElseThrow();
  }

  private static ContentKey key(String sha256) {
    return new ContentKey(PROJECT, sha256, "image/png");
  }

  private static Set<ContentKey> keys(String... contents) {
    return Set.copyOf(List.of(contents).stream().map(UploadClaimTableTest::key).toList());
  }

  private static MediaFile file(String sha256) {
    return new MediaFile(Path.of("media", sha256 + ".png"), sha256, 7, "image/png");
  }

  private static Offer offer(String sha256) {
    return new Offer(PROJECT, file(sha256));
  }

  private static void arrives(Ledger ledger, String sha256) {
    ledger
        .uploads()
        .put(
            List.of(
                new Stored(
                    PROJECT,
                    file(sha256),
                    new StoredReference(
                        "files/" + sha256,
                        "https://" + sha256,
                        Instant.now(),
                        Instant.now().plus(Duration.ofHours(48))))));
  }

  @Test
  void a_content_is_one_members_until_it_has_arrived() {
    assertThat(claims(one).claim(keys("a", "b"), SOON)).isEqualTo(keys("a", "b"));
    assertThat(claims(other).claim(keys("a", "c"), SOON)).isEqualTo(keys("c"));
    assertThat(claims(other).elsewhere(keys("a", "c", "d"))).isEqualTo(keys("a"));

    arrives(one, "a");

    assertThat(claims(other).elsewhere(keys("a"))).isEmpty();
    assertThat(claims(other).claim(keys("a"), SOON)).as("it is with the service").isEmpty();
  }

  @Test
  void what_came_to_nothing_another_member_may_try() {
    claims(one).claim(keys("a", "b"), SOON);

    claims(one).release(keys("a"));
    claims(other).release(keys("b"));

    assertThat(claims(other).claim(keys("a", "b"), SOON))
        .as("nobody releases what another member has")
        .isEqualTo(keys("a"));
  }

  @Test
  void what_a_member_has_that_is_gone_nobody_has() throws Exception {
    claims(one).claim(keys("a"), SOON);

    kill("one");

    assertThat(claims(other).elsewhere(keys("a"))).isEmpty();
    assertThat(claims(other).claim(keys("a"), SOON)).isEqualTo(keys("a"));
  }

  @Test
  void a_run_knows_in_the_end_what_others_have_uploaded_for_it() {
    arrives(one, "z");
    claims(one).offer("run", List.of(offer("a"), offer("b"), offer("c"), offer("z")), SOON);

    assertThat(claims(other).offered(List.of(new ProjectId("its own")), 9)).isEmpty();
    List<Offer> offered = claims(other).offered(List.of(PROJECT), 9);
    assertThat(offered)
        .as("from the end, without what is there already")
        .extracting(each -> each.media().sha256())
        .containsExactly("c", "b", "a");
    assertThat(offered.get(0).media().path()).isEqualTo(file("c").path());

    assertThat(claims(other).claim(keys("c", "b"), SOON)).hasSize(2);
    assertThat(claims(one).claim(keys("a", "b"), SOON)).isEqualTo(keys("a"));
    arrives(other, "c");
    arrives(one, "a");
    claims(other).release(keys("b"));

    assertThat(claims(other).offered(List.of(PROJECT), 9))
        .as("what was tried in vain is for the run itself")
        .isEmpty();
    assertThat(claims(one).claim(keys("b"), SOON)).isEqualTo(keys("b"));
    arrives(one, "b");
    assertThat(claims(one).withdraw("run")).isEqualTo(1);
    assertThat(claims(one).withdraw("run")).isZero();
  }

  @Test
  void a_member_does_not_help_itself() {
    one.runs()
        .add(
            Run.receiving(
                "1",
                new RunInput("a", Path.of("inbox", "a"), true, 0, 0),
                new RunOptions("default", "gemini-x", Path.of("media"), "1", false, 5, false),
                Optional.empty(),
                Instant.EPOCH));
    Members.Claim claim = one.members().claim("1").orElseThrow();
    assertThat(one.fences().hold("1", claim.fence(), claim.by())).isTrue();

    claims(one).offer("1", List.of(offer("a")), SOON);

    assertThat(claims(one).offered(List.of(PROJECT), 9)).isEmpty();
    assertThat(claims(other).offered(List.of(PROJECT), 9)).hasSize(1);
  }

  @Test
  void what_has_arrived_is_known_for_many_at_once() {
    arrives(one, "a");
    arrives(other, "b");
    claims(one).claim(keys("c"), SOON);

    assertThat(claims(one).arrived(keys("a", "b", "c", "d"), SOON)).isEqualTo(keys("a", "b"));
    assertThat(claims(one).arrived(keys("a"), Instant.now().plus(Duration.ofDays(9)))).isEmpty();
  }

  @Test
  void a_run_that_is_over_offers_nothing() throws Exception {
    claims(one).offer("run that is over", List.of(offer("a")), SOON);
    claims(one).claim(keys("b"), SOON);

    claims(one).tidy();

    assertThat(claims(other).offered(List.of(PROJECT), 9)).isEmpty();
    assertThat(claims(other).elsewhere(keys("b"))).as("it is under way").isEqualTo(keys("b"));
  }

  @Test
  void an_offer_wakes_the_others() throws Exception {
    try (OfferBell bell = claims(other).bell()) {
      bell.await(Duration.ofMinutes(1)); // connects
      CompletableFuture<Void> wake =
          CompletableFuture.runAsync(() -> bell.await(Duration.ofMinutes(1)));

      claims(one).offer("run", List.of(offer("a")), SOON);

      assertThat(wake).succeedsWithin(Duration.ofSeconds(30));
    }
  }
}

package dev.geminibatch.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.TokenRoom.Limit;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenRoomTest {
  private static final String MODEL = "gemini-2.5-flash";

  @TempDir Path folder;
  private StageFixture fixture;
  private TokenRoom room;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectory(folder.resolve("config"));
    Files.copy(Path.of("config/limits.json"), folder.resolve("config/limits.json"));
    fixture = StageFixture.open(folder);
    room = fixture.context().room();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private void reopen(String... settings) throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, settings);
    room = fixture.context().room();
  }

  private Limit limit() {
    return limit(MODEL);
  }

  private Limit limit(String model) {
    Settings.Jobs jobs = fixture.context().settings().jobs();
    return room.limit(StageFixture.PROJECT, model, jobs);
  }

  private void counted() throws Exception {
    fixture.sql(
        "INSERT INTO token_factor (model, kind, estimated, counted, updated_at) VALUES ('"
            + MODEL
            + "', 'latin', 1, 1, 1)");
    fixture.clock().forward(Duration.ofMinutes(1)); // what another process has learned is read late
  }

  @Test
  void before_anything_is_refused_nothing_is_limited() {
    room.accepted(StageFixture.PROJECT, MODEL, 70_000);

    assertThat(limit()).isEqualTo(Limit.NONE);
    assertThat(limit().isAny()).isFalse();
  }

  @Test
  void a_tier_is_kept_by_a_wide_margin_until_the_service_has_counted_and_then_by_a_narrow_one()
      throws Exception {
    reopen("service.tier=1");
    assertThat(limit().total()).isEqualTo(2_100_000);
    assertThat(limit().perJob()).isEqualTo(210_000);
    assertThat(limit().isKnown()).isTrue();
    assertThat(limit().line().refusedFrom()).isEqualTo(3_450_000);

    counted();
    assertThat(limit().total()).isEqualTo(2_910_000);
    assertThat(limit().line().refusedFrom()).isEqualTo(3_090_000);
  }

  @Test
  void a_model_is_the_same_by_each_of_its_names() throws Exception {
    reopen("service.tier=1");
    counted();
    room.refused(StageFixture.PROJECT, "models/" + MODEL, 400_000);

    assertThat(limit("models/" + MODEL)).isEqualTo(limit(MODEL));
    assertThat(limit().total()).isEqualTo(200_000);
  }

  @Test
  void of_a_model_that_is_not_in_the_table_a_tier_says_nothing() throws IOException {
    reopen("service.tier=1");

    assertThat(limit("tunedModels/mine")).isEqualTo(Limit.NONE);
  }

  @Test
  void a_refusal_below_the_tier_is_believed() throws Exception {
    reopen("service.tier=1");
    counted();

    room.refused(StageFixture.PROJECT, MODEL, 400_000);

    assertThat(limit().total()).isEqualTo(200_000);
  }

  @Test
  void a_refusal_above_the_tier_changes_nothing() throws Exception {
    reopen("service.tier=1");
    counted();

    room.refused(StageFixture.PROJECT, MODEL, 9_000_000);

    assertThat(limit().total()).isEqualTo(2_910_000);
  }

  @Test
  void tokens_of_a_job_may_be_set_but_not_above_what_is_allowed() throws Exception {
    reopen("job.max-tokens=500k");
    assertThat(limit().perJob()).isEqualTo(500_000);
    assertThat(limit().total()).isEqualTo(Long.MAX_VALUE);

    reopen("job.max-tokens=9M", "service.tier=1");
    assertThat(limit().perJob()).isEqualTo(2_100_000);
  }

  @Test
  void what_a_line_may_have_is_certain_only_where_it_is_set_or_confirmed() throws Exception {
    room.refused(StageFixture.PROJECT, MODEL, 60_000);
    assertThat(limit().line().isOver(1_000_000_000)).as("one refusal").isFalse();
    room.accepted(StageFixture.PROJECT, MODEL, 56_000);
    room.refused(StageFixture.PROJECT, MODEL, 60_000);
    assertThat(limit().line().isOver(59_999)).isFalse();
    assertThat(limit().line().isOver(60_000)).as("confirmed").isTrue();
    assertThat(limit().line().words(61_000)).contains("61,000 tokens", "about 56,000", MODEL);

    reopen("job.max-tokens=50k");
    assertThat(limit().line().isOver(50_000)).isFalse();
    assertThat(limit().line().words(50_001)).contains("50,001 tokens", "job.max-tokens", "50,000");

    reopen("service.tier=1");
    assertThat(limit().line().isOver(60_000)).as("lower than the tier").isTrue();
    assertThat(limit("gemini-2.5-pro").line().isOver(5_700_000)).as("estimates err").isFalse();
    assertThat(limit("gemini-2.5-pro").line().words(6_000_000))
        .contains("6,000,000 tokens", "5,000,000", "gemini-2.5-pro", "service.tier=1");
  }

  @ParameterizedTest
  @CsvSource({
    "26000000, 2910000",
    "3500000, 1750000",
    "450000000, 2910000",
    "700000000, 388000000"
  })
  void after_a_refusal_the_likeliest_tier_is_assumed_or_half(long refused, long total) {
    room.refused(StageFixture.PROJECT, MODEL, refused);

    assertThat(limit().total()).isEqualTo(total);
    assertThat(limit().perJob()).isEqualTo(total / 10);
  }

  /**
   * First one job with all of it; then as many as fit, over and over, as the turns would have it.
   */
  @ParameterizedTest
  @CsvSource({
    "60000, 262000",
    "60000, 26000000",
    "60000, 61000",
    "1000, 262000",
    "3000000, 26000000",
    "3000000, 3100000",
    "400000000, 1500000000",
    "5000000, 40000000",
    "25000, 900000",
    "99999, 5000000",
    "17, 100000"
  })
  void a_handful_of_refusals_teaches_the_limit_and_none_follows(long truth, long all) {
    int refusals = 0;
    long open = 0;
    for (long left = all; left > 0; ) {
      long job = Math.min(left, limit().perJob());
      if (open > 0 && open + job > limit().total()) {
        open = 0; // all of them end
      } else if (open + job <= truth) {
        open += job;
        left -= job;
        room.accepted(StageFixture.PROJECT, MODEL, open);
      } else {
        refusals++;
        room.refused(StageFixture.PROJECT, MODEL, open + job);
        open = 0;
      }
      if (left < all / 2 && refusals > 0 && all > 40 * truth) {
        break; // it has settled long ago
      }
    }

    assertThat(refusals).isLessThanOrEqualTo(6);
    int later = 0;
    for (int i = 0; i < 100; i++) {
      open = 0;
      while (open <= truth && open + limit().perJob() <= limit().total()) {
        long sum = open + limit().perJob();
        if (sum > truth) {
          later++;
          room.refused(StageFixture.PROJECT, MODEL, sum);
          break;
        }
        open = sum;
        room.accepted(StageFixture.PROJECT, MODEL, open);
      }
    }
    assertThat(refusals + later).isLessThanOrEqualTo(7);
    assertThat(limit().isKnown()).isTrue();
    assertThat(limit().total()).isBetween(truth * 8 / 10, truth);
  }

  @Test
  void a_single_refusal_that_had_another_cause_does_not_count_for_long() {
    room.refused(StageFixture.PROJECT, MODEL, 12_000);

    long open = 0;
    for (int i = 0; i < 20 && limit().isAny(); i++) {
      while (limit().isAny() && open + limit().perJob() <= limit().total()) {
        open += limit().perJob();
        room.accepted(StageFixture.PROJECT, MODEL, open);
      }
      open = 0;
    }
    assertThat(limit()).isEqualTo(Limit.NONE);
  }

  @Test
  void what_was_learned_is_forgotten_after_a_day() {
    room.refused(StageFixture.PROJECT, MODEL, 60_000);
    assertThat(limit().isAny()).isTrue();

    fixture.clock().forward(Duration.ofHours(25));

    assertThat(limit()).isEqualTo(Limit.NONE);
  }

  @Test
  void a_restart_keeps_what_was_learned() throws IOException {
    room.refused(StageFixture.PROJECT, MODEL, 60_000);

    reopen();

    assertThat(limit().total()).isEqualTo(30_000);
  }
}

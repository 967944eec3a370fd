package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("camel")
class RestTest {
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void a_queue_that_has_nothing_is_at_rest() throws Exception {
    start("seda:a", "seda:b");

    assertThat(Rest.await(context)).isTrue();
  }

  @Test
  void what_is_under_way_is_no_rest() throws Exception {
    startHeldUp();
    send();
    begun.await();

    assertThat(Rest.await(context)).isFalse();

    end.countDown();
    assertThat(Rest.await(context)).isTrue();
  }

  @Test
  void what_is_queued_is_kept() throws Exception {
    startHeldUp();
    send();
    begun.await();
    assertThat(Rest.keepsNothing(context, Map.of())).isTrue();

    send();
    assertThat(Rest.keepsNothing(context, Map.of())).isFalse();

    end.countDown();
  }

  private void startHeldUp() throws Exception {
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("seda:a")
                .process(
                    exchange -> {
                      begun.countDown();
                      end.await();
                    });
          }
        });
    context.start();
  }

  private void send() {
    context.createProducerTemplate().sendBody("seda:a", "");
  }

  @Test
  void a_component_of_a_user_may_have_something_to_write_at_its_stop() throws Exception {
    start("seda:a", "direct:b");
    assertThat(Rest.keepsNothing(context, Map.of())).isTrue();

    context.getEndpoint("mock:elsewhere");
    assertThat(Rest.keepsNothing(context, Map.of())).isFalse();
  }

  @Test
  void a_route_of_a_user_may_have_something_to_send_at_its_stop() throws Exception {
    start("seda:a", "direct:b");

    assertThat(Rest.keepsNothing(context, Map.of("stage.after-deliver", "seda:a"))).isFalse();
  }

  private void start(String... from) throws Exception {
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            for (String uri : from) {
              from(uri).to("seda:end");
            }
          }
        });
    context.start();
  }
}

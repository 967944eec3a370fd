package dev.geminibatch.camel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.Redactor;
import io.vertx.core.http.HttpMethod;
import java.util.Collection;
import java.util.function.Supplier;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/**
 * Camel's management server, which says of every check what it found. Camel's own answer leaves
 * that out where all is well, and escapes it twice where not.
 */
final class ObserveServer extends ManagementHttpServer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNAVAILABLE = 503;

  @Override
  protected void setupHealthCheckConsole() {
    serve("", () -> HealthCheckHelper.invoke(getCamelContext()), false);
    serve("/live", () -> HealthCheckHelper.invokeLiveness(getCamelContext()), false);
    serve("/ready", () -> HealthCheckHelper.invokeReadiness(getCamelContext()), true);
  }

  private void serve(
      String path, Supplier<Collection<HealthCheck.Result>> checks, boolean isReadiness) {
    getRouter()
        .route(HttpMethod.GET, getHealthPath() + path)
        .blockingHandler(
            exchange -> {
              Collection<HealthCheck.Result> results = checks.get();
              boolean isUp = HealthCheckHelper.isResultsUp(results, isReadiness);
              exchange
                  .response()
                  .setStatusCode(isUp ? 200 : UNAVAILABLE)
                  .putHeader("Content-Type", "application/json")
                  .putHeader("Cache-Control", "no-store")
                  .end(document(isUp, results));
            },
            false);
  }

  private static String document(boolean isUp, Collection<HealthCheck.Result> results) {
    ObjectNode document = JSON.createObjectNode().put("status", isUp ? "UP" : "DOWN");
    ArrayNode checks = document.putArray("checks");
    for (HealthCheck.Result result : results) {
      ObjectNode check =
          checks
              .addObject()
              .put("name", result.getCheck().getId())
              .put("status", result.getState().name());
      result.getMessage().ifPresent(why -> check.put("message", Redactor.redact(why)));
    }
    return document.toString();
  }
}

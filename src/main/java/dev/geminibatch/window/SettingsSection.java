package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.settings.EffectiveSettings;
import dev.geminibatch.settings.EffectiveSettings.Group;
import dev.geminibatch.settings.EffectiveSettings.Setting;
import java.util.List;

/** What is set, and where. */
final class SettingsSection implements Section {
  private final Setup setup;
  private final Answers answers;

  SettingsSection(Sources sources, Answers answers) {
    this.setup = sources.setup();
    this.answers = answers;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/settings", (request, names) -> page(request)),
        Route.get("/api/v1/settings", (request, names) -> json()));
  }

  private WebAnswer page(WebRequest request) {
    return Answers.html(
        200, "settings", new SettingsPage(answers.frame(request, "Settings"), setup.settings()));
  }

  private WebAnswer json() {
    EffectiveSettings settings = setup.settings();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    put(document.putArray("groups"), settings.groups());
    put(document.putArray("profiles"), settings.profiles());
    return Answers.json(200, document);
  }

  private static void put(ArrayNode array, List<Group> groups) {
    for (Group group : groups) {
      ObjectNode object = array.addObject().put("name", group.name());
      ArrayNode settings = object.putArray("settings");
      for (Setting setting : group.settings()) {
        settings
            .addObject()
            .put("key", setting.key())
            .put("value", setting.value().orElse(null))
            .put("secret", setting.isSecret())
            .put("source", setting.source())
            .put("changed", setting.isOwn());
      }
    }
  }
}

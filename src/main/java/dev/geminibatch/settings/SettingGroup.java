package dev.geminibatch.settings;

import java.util.Arrays;
import java.util.Set;

/** What settings are about, in the order of {@code config/application.properties}. */
enum SettingGroup {
  FOLDERS(
      "Folders", "inbox", "outbox", "archive", "failed", "state", "ledger", "member", "disk",
      "history"),
  SERVICE("Service", "gemini"),
  JOBS("Jobs", "job", "service", "limits", "retry", "results", "prices", "budget", "poll", "run"),
  FILES("Files in the lines", "media", "upload"),
  LINES("Lines", "lines", "input"),
  REQUESTS("Requests", "request"),
  ROUTES("Routes", "routes", "components", "stage"),
  CAMEL("Camel", "camel"),
  LOG("Log", "log"),
  MANAGEMENT("Management", "management"),
  SANDBOX("Sandbox", "sandbox"),
  OWN("Your own");

  private final String title;
  private final Set<String> beginnings;

  SettingGroup(String title, String... beginnings) {
    this.title = title;
    this.beginnings = Set.of(beginnings);
  }

  /** For a heading. */
  String title() {
    return title;
  }

  /** The group of a key; what no group knows belongs to routes of users. */
  static SettingGroup of(String key) {
    String beginning = key.split("[.]", 2)[0];
    return Arrays.stream(values())
        .filter(group -> group.beginnings.contains(beginning))
        .findFirst()
        .orElse(OWN);
  }
}

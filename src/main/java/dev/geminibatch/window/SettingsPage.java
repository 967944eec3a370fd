package dev.geminibatch.window;

import dev.geminibatch.settings.EffectiveSettings;
import dev.geminibatch.settings.EffectiveSettings.Setting;

/** What is set, and where. */
record SettingsPage(Frame frame, EffectiveSettings settings) {
  /** What stands in for a value that there is not, or that nobody is shown; null for a value. */
  static String instead(Setting setting) {
    if (setting.isSecret()) {
      return "set, not shown";
    }
    return setting.value().isEmpty() ? "not set" : null;
  }
}

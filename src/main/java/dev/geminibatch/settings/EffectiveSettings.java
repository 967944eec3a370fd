package dev.geminibatch.settings;

import dev.geminibatch.service.Redactor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is set at present, for a person to look at: each key with its value and where that was set.
 * What may be a secret is not in it.
 *
 * @param groups those of everybody, as they are described in {@code config/application.properties}
 * @param profiles what each profile but the default one has for itself
 */
public record EffectiveSettings(List<Group> groups, List<Group> profiles) {
  private static final String SHIPPED = "application.properties, line";
  private static final String PICTURES = "pictures.";
  private static final String BY_DEFAULT = "default";
  private static final int LONGEST = 500;

  /**
   * Settings that belong together.
   *
   * @param name of what they are about, or of the profile that has them
   */
  public record Group(String name, List<Setting> settings) {}

  /**
   * A setting.
   *
   * @param value empty if it is secret, or not set
   * @param isSecret whether it is set, and not shown
   * @param source a file and its line, a variable, an option, or {@code default}
   * @param isOwn whether somebody has set it, outside of the file that comes with the program
   */
  public record Setting(
      String key, Optional<String> value, boolean isSecret, String source, boolean isOwn) {}

  /** Those of the profiles at this moment. */
  public static EffectiveSettings of(Profiles profiles) {
    PropertySources sources = profiles.sources();
    Settings ofAll = profiles.of(Profiles.DEFAULT);
    Set<String> ours = sources.known();
    Set<String> keys = new TreeSet<>(ours);
    keys.addAll(sources.keysOfFiles());
    keys.removeIf(key -> key.startsWith("profile.") || key.startsWith(PICTURES));
    Map<SettingGroup, List<Setting>> byGroup = new EnumMap<>(SettingGroup.class);
    for (String key : keys) {
      byGroup
          .computeIfAbsent(SettingGroup.of(key), any -> new ArrayList<>())
          .add(setting(key, ofAll, sources, ours.contains(key)));
    }
    List<Group> groups = new ArrayList<>();
    byGroup.forEach((group, settings) -> groups.add(new Group(group.title(), settings)));
    return new EffectiveSettings(
        groups,
        profiles.all().stream()
            .filter(each -> !each.isDefault())
            .map(each -> own(each, sources))
            .toList());
  }

  private static Setting setting(
      String key, Settings settings, PropertySources sources, boolean isOurs) {
    if (key.equals(ServiceConfigReader.KEY)) {
      return key(settings);
    }
    return setting(
        key,
        key.equals(ServiceConfigReader.ADDRESS)
            ? ServiceConfigReader.addressIn(sources)
            : sources.found(key),
        isOurs);
  }

  private static Setting setting(String key, Optional<Found> found, boolean isOurs) {
    if (found.isEmpty()) {
      return new Setting(key, Optional.empty(), false, BY_DEFAULT, false);
    }
    String value = found.get().value();
    String source = source(found.get().place().where());
    boolean isSecret = Secrets.mayHoldSecret(key, value, isOurs);
    return new Setting(
        key,
        isSecret ? Optional.empty() : Optional.of(Redactor.shortened(value, LONGEST)),
        isSecret,
        source,
        !source.contains(SHIPPED));
  }

  /** It comes from more places than other values. */
  private static Setting key(Settings settings) {
    Optional<String> place = settings.profiles().placeOfKey(settings.profile());
    boolean isSet = settings.service().key().isPresent();
    return new Setting(
        ServiceConfigReader.KEY,
        Optional.empty(),
        isSet,
        place.filter(any -> isSet).map(EffectiveSettings::source).orElse(BY_DEFAULT),
        isSet);
  }

  private static String source(String where) {
    return where.matches("[A-Z0-9_]+") ? "variable " + where : where;
  }

  private static Group own(Settings profile, PropertySources sources) {
    PropertySources seen = sources.ofProfile(profile.profile(), Optional.empty());
    Map<String, Path> folders = folders(profile);
    List<Setting> settings =
        ProfileKeys.OWN.stream()
            .flatMap(
                key ->
                    seen
                        .inProfile(key)
                        .map(found -> setting(key, Optional.of(found), true))
                        .or(() -> Optional.ofNullable(folders.get(key)).map(at -> derived(key, at)))
                        .stream())
            .toList();
    return new Group(profile.profile(), settings);
  }

  private static Setting derived(String key, Path folder) {
    return new Setting(key, Optional.of(folder.toString()), false, BY_DEFAULT, false);
  }

  /** A profile has its own ones, whether or not they are set. */
  private static Map<String, Path> folders(Settings profile) {
    Settings.Folders folders = profile.folders();
    return Map.of(
        "inbox.directory", folders.inbox(),
        "outbox.directory", folders.outbox(),
        "archive.directory", folders.archive(),
        "failed.directory", folders.failed());
  }
}

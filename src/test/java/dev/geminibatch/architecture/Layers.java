package dev.geminibatch.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

/**
 * The packages from the ground up: a package depends only on those of rows before its own. Two that
 * share a row do not know each other.
 */
final class Layers extends ArchCondition<JavaClass> {
  static final String ROOT = "dev.geminibatch.";

  /** Every stage has a room of its own in one row; the order is that of the documents. */
  static final List<String> ROWS =
      List.of(
          "io",
          "page",
          "service",
          "logging",
          "line",
          "service.gemini",
          "sandbox",
          "run",
          "job",
          "media",
          "ledger",
          "cost",
          "answer",
          "report",
          "settings",
          "extension",
          "wiring",
          "stage",
          "stage.*",
          "maintenance",
          "control",
          "management",
          "window",
          "camel",
          "cli");

  Layers() {
    super("depend only on packages of the rows above");
  }

  @Override
  public void check(JavaClass origin, ConditionEvents events) {
    for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      if (isOurs(target) && !target.getPackageName().equals(origin.getPackageName())) {
        boolean isAbove = row(target) < row(origin);
        events.add(new SimpleConditionEvent(origin, isAbove, dependency.getDescription()));
      }
    }
  }

  static boolean isOurs(JavaClass type) {
    return type.getPackageName().startsWith(ROOT);
  }

  /** The row of a class's package. */
  static int row(JavaClass type) {
    String room = type.getPackageName().substring(ROOT.length());
    int row = ROWS.indexOf(room.startsWith("stage.") ? "stage.*" : room);
    if (row < 0) {
      throw new AssertionError(
          type.getPackageName() + " has no row; add it here and to src/docs/architecture.md");
    }
    return row;
  }
}

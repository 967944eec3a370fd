package dev.geminibatch.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Code that a person can read at once. An exception stands here with its reason. */
class SizeOfCodeTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final int MOST_LINES_OF_A_FILE = 350;
  private static final int MOST_LINES_OF_A_METHOD = 60;
  private static final int MOST_COMPONENTS = 12;

  private static final Map<String, String> MAY_HAVE_MORE_COMPONENTS =
      Map.of(
          "Report", "it is the published report, field by field",
          "JobReport", "it is a job in the published report, field by field");

  private static final Map<String, String> MAY_BE_LONGER =
      Map.of("Beans.<init>", "it is the list of all objects, made one after the other");

  @Test
  void no_file_is_too_long_to_like() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      try (Stream<String> lines = Files.lines(file)) {
        long count = lines.count();
        if (count > MOST_LINES_OF_A_FILE) {
          tooLong.add(file + " has " + count + " lines");
        }
      }
    }

    assertThat(tooLong).isEmpty();
  }

  @Test
  void no_method_is_longer_than_a_screen() throws IOException {
    assertThat(scan().tooLong).isEmpty();
  }

  @Test
  void nothing_is_made_of_more_parts_than_one_can_tell_apart() throws IOException {
    assertThat(scan().tooWide).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static Scanner scan() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources()));
      Scanner scanner = new Scanner(Trees.instance(task).getSourcePositions());
      for (CompilationUnitTree unit : task.parse()) {
        scanner.unit = unit;
        scanner.scan(unit, null);
      }
      return scanner;
    }
  }

  private static final class Scanner extends TreeScanner<Void, Void> {
    private final SourcePositions positions;
    private final List<String> tooLong = new ArrayList<>();
    private final List<String> tooWide = new ArrayList<>();
    private CompilationUnitTree unit;
    private String type = "";

    Scanner(SourcePositions positions) {
      this.positions = positions;
    }

    @Override
    public Void visitClass(ClassTree node, Void nothing) {
      String outside = type;
      type = node.getSimpleName().toString();
      if (node.getKind() == Tree.Kind.RECORD) {
        long components =
            node.getMembers().stream()
                .filter(member -> member.getKind() == Tree.Kind.VARIABLE)
                .filter(member -> !member.toString().contains("static "))
                .count();
        check(components, "record " + type);
      }
      super.visitClass(node, nothing);
      type = outside;
      return null;
    }

    @Override
    public Void visitMethod(MethodTree node, Void nothing) {
      String name = type + "." + node.getName();
      if (node.getReturnType() == null) {
        check(node.getParameters().size(), "constructor of " + type);
      }
      if (node.getBody() != null) {
        LineMap lines = unit.getLineMap();
        long first = lines.getLineNumber(positions.getStartPosition(unit, node.getBody()));
        long last = lines.getLineNumber(positions.getEndPosition(unit, node.getBody()));
        if (last - first + 1 > MOST_LINES_OF_A_METHOD && !MAY_BE_LONGER.containsKey(name)) {
          tooLong.add(name + " has " + (last - first + 1) + " lines");
        }
      }
      return super.visitMethod(node, nothing);
    }

    private void check(long parts, String what) {
      if (parts > MOST_COMPONENTS && !MAY_HAVE_MORE_COMPONENTS.containsKey(type)) {
        tooWide.add(what + " has " + parts + " parts");
      }
    }
  }
}

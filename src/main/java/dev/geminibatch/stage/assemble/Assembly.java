package dev.geminibatch.stage.assemble;

import dev.geminibatch.job.JobPacker;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.stage.LineWalk;
import java.io.Closeable;
import java.util.List;

/** The assembly of one run: an iterator over its lines in groups, and the jobs they go into. */
public final class Assembly extends LineWalk<List<CheckedLine>> {
  private final Run run;
  private final ProjectId project;
  private final RunFolder folder;
  private final JobPacker jobs;

  Assembly(
      Run run,
      ProjectId project,
      RunFolder folder,
      JobPacker jobs,
      ReadAhead<?, List<CheckedLine>> lines,
      Closeable source) {
    super(lines, source);
    this.run = run;
    this.project = project;
    this.folder = folder;
    this.jobs = jobs;
  }

  @Override
  public List<CheckedLine> group(List<CheckedLine> lines) {
    return lines;
  }

  Run run() {
    return run;
  }

  ProjectId project() {
    return project;
  }

  RunFolder folder() {
    return folder;
  }

  JobPacker jobs() {
    return jobs;
  }
}

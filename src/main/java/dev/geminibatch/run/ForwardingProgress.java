package dev.geminibatch.run;

/** Passes everything on; whoever watches a part of it overrides the method for that. */
public abstract class ForwardingProgress implements Progress {
  private final Progress next;

  /**
   * @param next receives everything
   */
  protected ForwardingProgress(Progress next) {
    this.next = next;
  }

  @Override
  public void step(Run run, String what, long done, long total, Unit unit) {
    next.step(run, what, done, total, unit);
  }

  @Override
  public void stageOver(Run run) {
    next.stageOver(run);
  }

  @Override
  public void happened(RunEvent event) {
    next.happened(event);
  }
}

package dev.geminibatch.management;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process and its Java, under the names that Prometheus' own libraries use. */
final class ProcessMetrics implements Group {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;

  @Override
  public void read(Samples samples) throws IOException {
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    samples.add(Metric.START_TIME, runtime.getStartTime() / MILLIS);
    samples.add(Metric.UPTIME, runtime.getUptime() / MILLIS);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      samples.add(Metric.CPU, Math.max(0, system.getProcessCpuTime()) / NANOS);
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      samples.add(Metric.OPEN_FILES, unix.getOpenFileDescriptorCount());
      samples.add(Metric.MOST_FILES, unix.getMaxFileDescriptorCount());
    }
    if (Files.isReadable(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RESIDENT)) {
          samples.add(Metric.RESIDENT, 1024.0 * Long.parseLong(line.replaceAll("\\D", "")));
        }
      }
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory(samples, memory.getHeapMemoryUsage(), "heap");
    memory(samples, memory.getNonHeapMemoryUsage(), "nonheap");
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      samples.add(
          Metric.GARBAGE,
          new Samples.Value(
              Math.max(0, collector.getCollectionTime()) / MILLIS,
              Math.max(0, collector.getCollectionCount())),
          collector.getName());
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    samples.add(Metric.THREADS, threads.getThreadCount());
    samples.add(Metric.THREADS_DAEMON, threads.getDaemonThreadCount());
    samples.add(Metric.THREADS_PEAK, threads.getPeakThreadCount());
  }

  private static void memory(Samples samples, MemoryUsage usage, String area) {
    samples.add(Metric.MEMORY_USED, usage.getUsed(), area);
    samples.add(Metric.MEMORY_COMMITTED, usage.getCommitted(), area);
    if (usage.getMax() >= 0) {
      samples.add(Metric.MEMORY_MOST, usage.getMax(), area);
    }
  }
}

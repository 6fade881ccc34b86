package dev.wherry.kubelet.resource;

import dev.wherry.machinery.figures.HistogramFamily;
import dev.wherry.machinery.figures.MetricsText;
import java.io.IOException;
import java.util.Optional;

/**
 * A tree whose work is timed, whether it succeeds or not (rule: upstream's
 * kubelet_cgroup_manager_duration_seconds).
 */
record TimedTree(CgroupTree tree, HistogramFamily took) implements CgroupTree {
  private static final String CREATE = MetricsText.labels("operation_type", "create");
  private static final String UPDATE = MetricsText.labels("operation_type", "update");
  private static final String DESTROY = MetricsText.labels("operation_type", "destroy");

  private interface Work {
    void run() throws IOException;
  }

  private void timed(String operation, Work work) throws IOException {
    long began = System.nanoTime();
    try {
      work.run();
    } finally {
      took.add(operation, System.nanoTime() - began);
    }
  }

  @Override
  public void make(CgroupName name) throws IOException {
    timed(CREATE, () -> tree.make(name));
  }

  @Override
  public void limit(CgroupName name, PodLimits limits, long pidsMax) throws IOException {
    timed(UPDATE, () -> tree.limit(name, limits, pidsMax));
  }

  @Override
  public void weigh(CgroupName name, long shares) throws IOException {
    timed(UPDATE, () -> tree.weigh(name, shares));
  }

  @Override
  public void remove(CgroupName name) {
    long began = System.nanoTime();
    tree.remove(name);
    took.add(DESTROY, System.nanoTime() - began);
  }

  @Override
  public String parent(CgroupName name) {
    return tree.parent(name);
  }

  @Override
  public String directory(CgroupName name) {
    return tree.directory(name);
  }

  @Override
  public Optional<String> part(CgroupName above, String directory) {
    return tree.part(above, directory);
  }
}

package dev.wherry.bench.packing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Machines and what is asked of them. A GPU is given to one task at a time, as Kubernetes' extended
 * resources are: tasks that ask for a part of one get a whole one.
 */
public record Trace(List<Sizes> machines, List<Sizes> tasks) {
  /** Of a machine or a task. */
  public record Sizes(long milliCpu, long memoryMebibytes, int gpus) {}

  /**
   * Reads files of Alibaba's cluster-trace-gpu-v2023 (github.com/alibaba/clusterdata).
   *
   * @param nodes such as {@code openb_node_list_all_node.csv}
   * @param pods such as {@code openb_pod_list_default.csv}
   */
  public static Trace read(Path nodes, Path pods) throws IOException {
    return new Trace(read(nodes), read(pods));
  }

  /** Both files begin their lines with name, cpu_milli, memory_mib and the number of GPUs. */
  private static List<Sizes> read(Path file) throws IOException {
    List<Sizes> sizes = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      List<String> cells = List.of(line.split(",", -1));
      if (!cells.get(1).equals("cpu_milli")) {
        sizes.add(
            new Sizes(
                Long.parseLong(cells.get(1)),
                Long.parseLong(cells.get(2)),
                Integer.parseInt(cells.get(3))));
      }
    }
    return sizes;
  }

  /**
   * The same in small: the most frequent sorts of machines and tasks of those files with how often
   * each is there, a tenth of the machines.
   */
  public static Trace typical() {
    List<Sizes> machines = new ArrayList<>();
    times(machines, 55, 96_000, 393_216, 8);
    times(machines, 39, 104_000, 524_288, 2);
    times(machines, 13, 32_000, 262_144, 0);
    times(machines, 11, 16_000, 122_880, 2);
    times(machines, 11, 96_000, 458_752, 0);
    times(machines, 6, 128_000, 786_432, 8);
    times(machines, 3, 32_000, 131_072, 4);
    times(machines, 2, 64_000, 262_144, 2);
    times(machines, 2, 96_000, 393_216, 4);
    times(machines, 2, 8_000, 32_768, 1);
    List<Sizes> tasks = new ArrayList<>();
    times(tasks, 1_592, 3_152, 5_600, 1);
    times(tasks, 857, 11_300, 49_152, 1);
    times(tasks, 778, 11_908, 47_104, 1);
    times(tasks, 534, 11_400, 48_128, 1);
    times(tasks, 486, 8_000, 30_517, 1);
    times(tasks, 364, 12_500, 57_344, 0);
    times(tasks, 284, 32_000, 49_152, 0);
    times(tasks, 255, 18_708, 64_512, 1);
    times(tasks, 195, 9_810, 41_560, 1);
    times(tasks, 189, 4_000, 22_888, 1);
    times(tasks, 182, 4_000, 15_258, 1);
    times(tasks, 163, 8_000, 30_517, 0);
    times(tasks, 158, 12_000, 24_576, 1);
    times(tasks, 158, 15_700, 58_368, 1);
    times(tasks, 44, 88_000, 327_680, 8);
    times(tasks, 16, 16_200, 65_536, 2);
    times(tasks, 15, 32_200, 131_072, 4);
    return new Trace(machines, tasks);
  }

  private static void times(List<Sizes> list, int times, long milliCpu, long mebibytes, int gpus) {
    list.addAll(Collections.nCopies(times, new Sizes(milliCpu, mebibytes, gpus)));
  }

  int gpus() {
    return machines.stream().mapToInt(Sizes::gpus).sum();
  }
}

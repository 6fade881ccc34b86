package dev.wherry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster of several nodes on this machine, each in namespaces of its own: {@code wherry
 * cluster}. Needs root. Closing it ends the pods and removes all of it.
 */
public final class Machines implements AutoCloseable {
  private final String name;
  private final Path folder;
  private final Program wherry;

  private Machines(String name, Path folder, Program wherry) {
    this.name = name;
    this.folder = folder;
    this.wherry = wherry;
  }

  /**
   * Starts one; its nodes are called NAME-1 (the server's), NAME-2 and so on.
   *
   * @param flags of {@code wherry cluster}, such as {@code --nodes=2}
   */
  public static Machines start(String name, List<String> flags)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(Path.of("/tmp"), "wherry-machines");
    Program wherry = new Program(List.of(Program.launcher().toString()), Map.of());
    Machines machines = new Machines(name, folder, wherry);
    try {
      machines.add(flags);
      return machines;
    } catch (IOException | InterruptedException | RuntimeException e) {
      machines.close();
      throw e;
    }
  }

  /**
   * Adds nodes.
   *
   * @param flags of {@code wherry cluster}, such as {@code --nodes=3} for one more than two
   */
  public void add(List<String> flags) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("cluster", "--name=" + name, "--dir=" + folder));
    all.addAll(flags);
    wherry.run(all.toArray(String[]::new)).orThrow();
  }

  /**
   * Changes a node's link.
   *
   * @param state as {@code wherry cluster --link} takes it, such as {@code 2:down}
   */
  public void link(String state) throws IOException, InterruptedException {
    wherry.run("cluster", "--name=" + name, "--dir=" + folder, "--link=" + state).orThrow();
  }

  /**
   * Offers an archive's image to a node.
   *
   * @param number the node's, from 1
   */
  public void load(int number, Path archive) throws IOException, InterruptedException {
    Path data = folder.resolve(name).resolve(String.valueOf(number)).resolve("data");
    wherry.run("image", "import", archive.toString(), "--data-dir=" + data).orThrow();
  }

  /** A kubectl of the administrator. */
  public Program kubectl(Path binary) {
    Path own = folder.resolve(name);
    return new Program(
        List.of(binary.toString()),
        Map.of("KUBECONFIG", own.resolve("kubeconfig").toString(), "HOME", own.toString()));
  }

  /** Runs programs of the host in a node's network. */
  public Program on(String node) {
    return new Program(List.of("nsenter", "--net=/run/netns/wherry-" + node), Map.of());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    wherry.run("cluster", "--delete", "--name=" + name, "--dir=" + folder).orThrow();
    Files.deleteIfExists(folder);
  }
}

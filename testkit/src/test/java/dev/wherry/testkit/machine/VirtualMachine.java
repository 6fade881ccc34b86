package dev.wherry.testkit.machine;

import dev.wherry.testkit.Output;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A machine in QEMU, its instructions emulated unless {@code WHERRY_MACHINE_ACCEL=kvm} says that
 * the kernel's help works here. One command runs at a time. What it writes to its disk outlives a
 * reset and a reboot, not {@link #close}.
 */
public final class VirtualMachine implements Guest {
  private static final Duration BOOT_MAX = Duration.ofMinutes(8);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(20);
  private static final String KERNEL_WORDS =
      "console=ttyS0 root=/dev/vda rw quiet loglevel=4 panic=10 systemd.show_status=0"
          + " systemd.unified_cgroup_hierarchy=1 net.ifnames=0 psi=1";

  private final Path work;
  private final Process qemu;
  private final GuestChannel channel;

  private VirtualMachine(Path work, Process qemu, GuestChannel channel) {
    this.work = work;
    this.qemu = qemu;
    this.channel = channel;
  }

  /**
   * What a machine is made of.
   *
   * @param memoryMegabytes of the machine
   * @param processors of the machine
   * @param disks file systems, mounted read-only at {@code /opt/NAME} for java, wherry and files
   * @param kernelWords more for the kernel's command line
   */
  public record Shape(
      int memoryMegabytes, int processors, Map<String, Path> disks, String kernelWords) {
    public Shape {
      disks = new LinkedHashMap<>(disks);
    }
  }

  /** Boots one and returns when it takes commands. */
  public static VirtualMachine boot(MachineImages.BootFiles system, Shape shape)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(Path.of("/tmp"), "wherry-machine");
    ProcessBuilder builder =
        new ProcessBuilder(command(system, shape, work))
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("qemu.log").toFile());
    // The layer of what is written.
    builder.environment().put("TMPDIR", work.toString());
    Process qemu = builder.start();
    try {
      GuestChannel channel =
          GuestChannel.connect(work.resolve("channel"), () -> trouble(work, qemu), CONNECT_MAX);
      VirtualMachine machine = new VirtualMachine(work, qemu, channel);
      channel.awaitBoot(BOOT_MAX);
      return machine;
    } catch (IOException | InterruptedException | RuntimeException e) {
      end(work, qemu);
      throw e;
    }
  }

  private static List<String> command(MachineImages.BootFiles system, Shape shape, Path work) {
    boolean kernel = "kvm".equals(System.getenv("WHERRY_MACHINE_ACCEL"));
    var words = new ArrayList<String>();
    words.add("qemu-system-x86_64");
    words.addAll(List.of("-accel", kernel ? "kvm" : "tcg,thread=multi"));
    words.addAll(List.of("-cpu", kernel ? "host" : "max"));
    words.addAll(List.of("-m", Integer.toString(shape.memoryMegabytes())));
    words.addAll(List.of("-smp", Integer.toString(shape.processors())));
    words.addAll(List.of("-nodefaults", "-display", "none", "-nic", "none"));
    words.addAll(List.of("-device", "virtio-rng-pci"));
    words.addAll(List.of("-serial", "file:" + work.resolve("console")));
    words.addAll(List.of("-monitor", "unix:" + work.resolve("monitor") + ",server=on,wait=off"));
    words.addAll(List.of("-device", "virtio-serial-pci", "-chardev"));
    words.add("socket,id=c,path=" + work.resolve("channel") + ",server=on,wait=off");
    words.addAll(List.of("-device", "virtserialport,chardev=c,name=wherry"));
    words.addAll(List.of("-kernel", system.kernel().toString()));
    words.addAll(List.of("-initrd", system.initrd().toString()));
    words.addAll(List.of("-append", KERNEL_WORDS + " " + shape.kernelWords()));
    addDisk(words, "system", system.disk(), "snapshot=on,cache=writeback");
    shape.disks().forEach((name, disk) -> addDisk(words, name, disk, "readonly=on"));
    return words;
  }

  private static void addDisk(List<String> words, String name, Path disk, String how) {
    words.addAll(
        List.of(
            "-drive",
            "if=none,format=raw,id=%s,file=%s,%s".formatted(name, disk, how),
            "-device",
            "virtio-blk-pci,drive=%s,serial=%s".formatted(name, name)));
  }

  private static String trouble(Path work, Process qemu) {
    return (qemu.isAlive() ? "QEMU runs" : "QEMU ended with " + qemu.exitValue())
        + "; its words: "
        + tail(work.resolve("qemu.log"))
        + "; the console: "
        + tail(work.resolve("console"));
  }

  private static String tail(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      return text.substring(Math.max(0, text.length() - 4_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public Output run(String script, Duration max) throws IOException, InterruptedException {
    return channel.run(script, max);
  }

  @Override
  public void reboot() throws IOException, InterruptedException {
    // Who passes on the answer is ended with the rest.
    run("(sleep 1; systemctl reboot) >/dev/null 2>&1 &", BOOT_MAX);
    channel.awaitBoot(BOOT_MAX);
  }

  /** Cuts the power, gives it back, and returns when the machine takes commands again. */
  public void cutPower() throws IOException, InterruptedException {
    UnixDomainSocketAddress monitor = UnixDomainSocketAddress.of(work.resolve("monitor"));
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(monitor);
      ByteBuffer words = ByteBuffer.wrap("system_reset\n".getBytes(StandardCharsets.UTF_8));
      while (words.hasRemaining()) {
        socket.write(words);
      }
      channel.awaitBoot(BOOT_MAX);
    }
  }

  /** What the console said, for a failure. */
  public String console() {
    return tail(work.resolve("console"));
  }

  @Override
  public void close() throws IOException, InterruptedException {
    channel.close();
    end(work, qemu);
  }

  private static void end(Path work, Process qemu) throws IOException, InterruptedException {
    qemu.destroyForcibly();
    qemu.waitFor(10, TimeUnit.SECONDS);
    try (var files = Files.list(work)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(work);
  }
}

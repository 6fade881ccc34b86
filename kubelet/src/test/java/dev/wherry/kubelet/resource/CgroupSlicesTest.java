package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a peer that speaks as systemd's private socket does. */
class CgroupSlicesTest {
  private static final CgroupName POD =
      new CgroupName(List.of("kubepods", "burstable", "pod1234-5678"));
  private static final String SLICE = "kubepods-burstable-pod1234_5678.slice";

  /** A call's method, the unit it names and its arguments. */
  private record Call(String member, String unit, ByteBuffer body) {}

  @TempDir private Path directory = Path.of("/nowhere");
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile String error = "";
  private ServerSocketChannel listener;
  private CgroupSlices slices = new CgroupSlices(SystemdUnits.OF_HOST, Path.of("/nowhere"));

  CgroupSlicesTest() throws IOException {
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  }

  @BeforeEach
  void listen() throws IOException {
    Path socket = directory.resolve("private");
    listener.bind(UnixDomainSocketAddress.of(socket));
    slices = new CgroupSlices(new SystemdUnits(socket, Duration.ofSeconds(30)), directory);
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void stop() throws IOException {
    listener.close();
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel peer = listener.accept()) {
          answer(peer);
        }
      }
    } catch (ClosedChannelException e) {
      // The test is over.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(SocketChannel peer) throws IOException {
    var in = new DataInputStream(Channels.newInputStream(peer));
    StringBuilder words = new StringBuilder();
    while (!words.toString().endsWith("BEGIN\r\n")) {
      words.append((char) in.readUnsignedByte());
      if (words.toString().endsWith("EXTERNAL 30\r\n")) {
        peer.write(ByteBuffer.wrap("OK 1234\r\n".getBytes(StandardCharsets.US_ASCII)));
        words.append(' ');
      }
    }
    ByteBuffer head = read(in, 16);
    String fields = text(read(in, (head.getInt(12) + 7) / 8 * 8));
    ByteBuffer body = read(in, head.getInt(4));
    String member =
        List.of("StartTransientUnit", "SetUnitProperties", "StopUnit").stream()
            .filter(fields::contains)
            .findFirst()
            .orElse("?");
    calls.add(new Call(member, text(body.slice(4, body.getInt(0))), body));
    byte[] name = error.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer reply = ByteBuffer.allocate(16 + 8 + name.length).order(ByteOrder.LITTLE_ENDIAN);
    reply.put((byte) 'l').put((byte) (name.length == 0 ? 2 : 3)).put((byte) 0).put((byte) 1);
    reply.putInt(name.length).putInt(7).putInt(8);
    reply.put((byte) 5).put((byte) 1).put((byte) 'u').put((byte) 0).putInt(1).put(name);
    peer.write(reply.flip());
  }

  private static ByteBuffer read(DataInputStream in, int bytes) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
  }

  /** The number that follows a property's name, its type and the padding to eight bytes. */
  private static long number(Call call, String property) {
    int end = text(call.body()).indexOf(property + "\0\1t\0") + property.length() + 4;
    assertTrue(end > property.length() + 4, property);
    return call.body().getLong((end + 7) / 8 * 8);
  }

  @Test
  void make_podsGroup_makesASlicePerLevel() throws IOException {
    slices.make(POD);

    assertEquals(
        List.of("kubepods.slice", "kubepods-burstable.slice", SLICE),
        calls.stream().map(Call::unit).toList());
    assertEquals("StartTransientUnit", calls.getFirst().member());
    assertEquals(SLICE, slices.parent(POD));
    assertEquals("kubepods.slice/kubepods-burstable.slice/" + SLICE, slices.directory(POD));
  }

  @Test
  void make_slicesThatAreThere_keepsThem() throws IOException {
    error = "org.freedesktop.systemd1.UnitExists";

    slices.make(POD);

    assertEquals(3, calls.size());
  }

  @Test
  void make_refused_saysWhy() {
    error = "org.freedesktop.DBus.Error.AccessDenied";

    IOException refused = assertThrows(IOException.class, () -> slices.make(POD));

    assertTrue(String.valueOf(refused.getMessage()).contains("AccessDenied"));
  }

  @Test
  void make_ofOneThatKeepsSilent_ends() throws IOException {
    Path socket = directory.resolve("silent");
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      CgroupSlices unanswered =
          new CgroupSlices(new SystemdUnits(socket, Duration.ofMillis(100)), directory);

      IOException ended = assertThrows(IOException.class, () -> unanswered.make(POD));

      assertEquals("systemd does not answer", ended.getMessage());
    }
  }

  @Test
  void limit_cpuMemoryAndTasks_inSystemdsUnits() throws IOException {
    slices.limit(POD, new PodLimits(102, 40_000, 20 << 20), 200);

    Call call = calls.getFirst();
    assertEquals("SetUnitProperties", call.member());
    assertEquals(4, number(call, "CPUWeight"));
    assertEquals(400_000, number(call, "CPUQuotaPerSecUSec"));
    assertEquals(20 << 20, number(call, "MemoryMax"));
    assertEquals(200, number(call, "TasksMax"));
  }

  @Test
  void limit_none_isInfinity() throws IOException {
    slices.limit(POD, new PodLimits(2, PodLimits.NONE, PodLimits.NONE), 0);

    assertEquals(-1, number(calls.getFirst(), "CPUQuotaPerSecUSec"));
    assertEquals(-1, number(calls.getFirst(), "MemoryMax"));
  }

  @Test
  void remove_sliceThatIsGone_isDone() throws IOException {
    error = "org.freedesktop.systemd1.NoSuchUnit";

    Path runtimes =
        Files.createDirectories(
            directory.resolve("cpuset/kubepods.slice/kubepods-burstable.slice/" + SLICE));

    slices.remove(POD);

    assertFalse(Files.exists(runtimes), "made by the OCI runtime where systemd makes none");
    assertEquals(List.of(SLICE), calls.stream().map(Call::unit).toList());
  }

  @Test
  void part_slicesBelow_isTheNameThatMadeThem() {
    CgroupName above = new CgroupName(List.of("kubepods", "burstable"));

    assertEquals(Optional.of("pod1234-5678"), slices.part(above, SLICE));
    assertEquals(Optional.empty(), slices.part(above, "wherry-1234.scope"));
    assertEquals(Optional.empty(), slices.part(above, "kubepods-podx.slice"));
  }
}

package dev.wherry.network.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.netlink.TestNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Transactions against the kernel, read back by nft. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionTest {
  private static final int PORT = 0x57000001;
  private static final int MANY = 50_000;

  private final BlockingQueue<Queries.Notice> heard = new LinkedBlockingQueue<>();
  private TestNamespace namespace;
  private NetlinkThread netlink;

  private final class Ears implements NetlinkThread.Listener {
    @Override
    public void received(NetlinkMessage message) {
      Queries.Notice notice = Queries.notice(message);
      if (notice.family() != 0) {
        heard.add(notice);
      }
    }

    @Override
    public void lost() {
      heard.add(new Queries.Notice(-1, "lost", ""));
    }
  }

  @BeforeAll
  void start() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    namespace = TestNamespace.create();
    netlink = start(PORT);
  }

  private NetlinkThread start(int port) throws IOException, InterruptedException {
    return NetlinkThread.start(
        new NetlinkThread.Setup(
            "test-netlink",
            NetlinkSocket.PROTOCOL_NETFILTER,
            port,
            List.of(Queries.CHANGES_GROUP),
            namespace::enter),
        new Ears());
  }

  @AfterAll
  void stop() throws Exception {
    if (netlink != null) {
      netlink.close();
    }
    if (namespace != null) {
      namespace.close();
    }
  }

  @BeforeEach
  void flush() throws Exception {
    namespace.exec("nft", "flush", "ruleset");
    // What was told of the flush stands before the answer, on the same socket.
    netlink.call(Queries::generation);
    heard.clear();
  }

  private void commit(java.util.function.Consumer<Transaction> changes) throws Exception {
    netlink.call(socket -> {
      Transaction transaction =
          new Transaction(socket, Queries.generation(socket), Family.INET, "t");
      changes.accept(transaction);
      transaction.commit();
      return true;
    });
  }

  private static Bytes key(int number) {
    return Bytes.copyOf(ByteBuffer.allocate(4).putInt(number).array());
  }

  @Test
  void commit_staleGeneration_isRestart() throws Exception {
    int before = netlink.call(Queries::generation);
    namespace.exec("nft", "add", "table", "inet", "theirs");
    NetlinkException refused =
        assertThrows(
            NetlinkException.class,
            () ->
                netlink.call(socket -> {
                  new Transaction(socket, before, Family.INET, "t").addTable().commit();
                  return true;
                }));
    assertEquals(Errno.ERESTART, refused.errno());
    commit(Transaction::addTable);
    assertTrue(netlink.call(s -> Queries.tables(s, Family.INET)).contains("t"));
  }

  @Test
  void commit_oneStepWrong_changesNothingAndNamesTheStep() throws Exception {
    NetlinkException refused =
        assertThrows(
            NetlinkException.class,
            () -> commit(t -> t.addTable().deleteChain("nowhere").addTable()));
    assertEquals(Errno.ENOENT, refused.errno());
    assertTrue(refused.getMessage().contains("delete chain nowhere"), refused.getMessage());
    assertEquals("", namespace.exec("nft", "list", "tables"));
  }

  @Test
  void commit_kernelExplains_itsWordsAreKept() throws Exception {
    Chain.Rule bad = Chain.Rule.of(new Expression.Member("none", 0, false));
    NetlinkException refused =
        assertThrows(
            NetlinkException.class,
            () ->
                commit(
                    t -> t.addTable().addChain(Chain.of("c", bad)).addRules(Chain.of("c", bad))));
    assertTrue(refused.getMessage().contains("add rule to c"), refused.getMessage());
  }

  @Test
  void commit_manyElements_fillSeveralMessagesInOneStep() throws Exception {
    SetSpec set = SetSpec.set("many", List.of(DataType.IPV4_ADDRESS));
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      elements.add(Element.of(key(0x0a000000 + i)));
    }
    commit(t -> t.addTable().addSet(set).addElements("many", elements));
    commit(t -> t.deleteElements("many", elements.subList(1, MANY)));
    String left = namespace.exec("nft", "list", "set", "inet", "t", "many");
    assertTrue(left.contains("elements = { 10.0.0.0 }"), left);
    assertTrue(heard.isEmpty(), "own changes are not heard: " + heard.peek());
  }

  @Test
  void notice_foreignChange_isHeard() throws Exception {
    commit(Transaction::addTable);
    namespace.exec("nft", "add", "chain", "inet", "t", "c");
    Queries.Notice notice = heard.poll(120, TimeUnit.SECONDS);
    assertEquals(new Queries.Notice(Family.INET.number(), "t", "c"), notice);
  }

  @Test
  void insertRule_commented_isFoundAndDeleted() throws Exception {
    Chain chain = Chain.of("c", Chain.Rule.of(new Expression.Decide(Verdict.DROP)));
    commit(t -> t.addTable().addChain(chain).addRules(chain));
    Chain.Rule accept =
        Chain.Rule.of(new Expression.Counter(), new Expression.Decide(Verdict.ACCEPT));
    commit(t -> t.insertRule("c", accept, "ours"));
    String text = namespace.exec("nft", "list", "chain", "inet", "t", "c");
    assertTrue(text.contains("accept comment \"ours\""), text);
    assertTrue(text.indexOf("accept") < text.indexOf("drop"), text);
    var rules = netlink.call(s -> Queries.rules(s, Family.INET, "t", "c"));
    assertEquals(List.of("ours", ""), rules.stream().map(Queries.FoundRule::comment).toList());
    commit(t -> t.deleteRule("c", rules.getFirst().handle()));
    assertFalse(namespace.exec("nft", "list", "chain", "inet", "t", "c").contains("accept"));
  }

  @Test
  void start_portTaken_saysSo() {
    NetlinkException refused = assertThrows(NetlinkException.class, () -> start(PORT));
    assertEquals(Errno.EADDRINUSE, refused.errno());
  }

  @Test
  void call_afterClose_fails() throws Exception {
    NetlinkThread other = start(0);
    other.close();
    assertThrows(IOException.class, () -> other.call(Queries::generation));
  }
}

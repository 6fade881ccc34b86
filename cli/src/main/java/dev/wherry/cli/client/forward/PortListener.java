package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.PortStream;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** A local port; every connection to it is one to the pod's port. */
final class PortListener implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final Session session;
  private final String path;
  private final PortPair ports;
  private final ServerSocket socket;
  private final CompletableFuture<ClientException> lost;

  /**
   * @param path of the pod
   * @param lost completed when the pod is gone
   * @throws IOException when the port is taken
   */
  PortListener(
      Session session,
      String path,
      PortPair ports,
      InetAddress address,
      CompletableFuture<ClientException> lost)
      throws IOException {
    this.session = session;
    this.path = path;
    this.ports = ports;
    this.lost = lost;
    this.socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, ports.local()), BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  void start() {
    Thread.ofVirtual().name("port-forward-" + port()).start(this::accept);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        say("Handling connection for " + port());
        Thread.ofVirtual().name("port-forward-connection").start(() -> carry(client));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          complain("error accepting connection on port " + port() + ": " + e.getMessage());
        }
      }
    }
  }

  private void carry(Socket client) {
    String target =
        new Query(path + "/portforward").add("ports", Integer.toString(ports.remote())).toString();
    String what = "an error occurred forwarding %d -> %d: ".formatted(port(), ports.remote());
    try (client) {
      String refusal =
          PortStream.carry(
              session.api(), target, client.getInputStream(), client.getOutputStream());
      if (!refusal.isEmpty()) {
        complain(what + "error forwarding port " + ports.remote() + " to pod: " + refusal);
      }
    } catch (ApiException e) {
      complain(what + e.text());
      if (e.reason() == Reason.NOT_FOUND) {
        lost.complete(ClientException.error("lost connection to pod"));
      }
    } catch (ClientException e) {
      complain(what + e.text());
    } catch (IOException e) {
      if (!client.isClosed()) {
        complain(what + e.getMessage());
      }
    }
  }

  private void say(String line) {
    synchronized (session) {
      session.streams().out().println(line);
      session.streams().out().flush();
    }
  }

  private void complain(String line) {
    synchronized (session) {
      session.streams().err().println("E " + line);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed then.
    }
  }
}

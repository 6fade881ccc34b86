package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.PortStream;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/** A local port; every connection to it is one to a pod's port. */
final class PortListener implements AutoCloseable {
  private static final int BACKLOG = 128;

  /** What a client opens beyond waits. */
  private static final int CONNECTIONS_MAX = 1_024;

  private final Session session;
  private final Destination destination;
  private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
  private final ServerSocket socket;

  /**
   * @param port 0 for any that is free
   * @throws IOException when the port is taken
   */
  PortListener(Session session, int port, InetAddress address, Destination destination)
      throws IOException {
    this.session = session;
    this.destination = destination;
    this.socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port), BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  InetAddress address() {
    return socket.getInetAddress();
  }

  void start() {
    Thread.ofVirtual().name("port-forward-" + port()).start(this::accept);
  }

  private void accept() {
    while (!socket.isClosed()) {
      free.acquireUninterruptibly();
      try {
        Socket client = socket.accept();
        destination.taken(port());
        Thread.ofVirtual().name("port-forward-connection").start(() -> serve(client));
      } catch (IOException e) {
        free.release();
        if (!socket.isClosed()) {
          complain("error accepting connection on port " + port() + ": " + e.getMessage());
        }
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      Destination.Backend backend = destination.choose();
      carry(client, backend);
    } catch (ApiException e) {
      complain("no way for a connection to port " + port() + ": " + e.text());
    } catch (ClientException e) {
      complain(e.text());
    } catch (IOException e) {
      // It is closed then.
    } finally {
      free.release();
    }
  }

  private void carry(Socket client, Destination.Backend backend) {
    String target =
        new Query(backend.pod() + "/portforward")
            .add("ports", Integer.toString(backend.port()))
            .toString();
    String what = "an error occurred forwarding %d -> %d: ".formatted(port(), backend.port());
    try {
      String refusal =
          PortStream.carry(
              session.api(), target, client.getInputStream(), client.getOutputStream());
      if (!refusal.isEmpty()) {
        complain(what + "error forwarding port " + backend.port() + " to pod: " + refusal);
      }
    } catch (ApiException e) {
      complain(what + e.text());
      destination.refused(e);
    } catch (ClientException e) {
      complain(what + e.text());
    } catch (IOException e) {
      if (!client.isClosed()) {
        complain(what + e.getMessage());
      }
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

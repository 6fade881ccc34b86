package dev.wherry.network.sockets;

import java.io.IOException;
import java.util.OptionalInt;

/** Where listening sockets come from. */
public interface ListeningSockets {
  /** Everybody binds their own, which end with the program. */
  ListeningSockets OWN =
      new ListeningSockets() {
        @Override
        public OptionalInt take(WantedSocket wanted) {
          return OptionalInt.empty();
        }

        @Override
        public void drop(WantedSocket wanted) {}

        @Override
        public void dropRest(String group) {}
      };

  /**
   * A descriptor of the socket, the caller's to close. What came in while nobody had it waits
   * there.
   *
   * @return empty where the caller binds one itself
   * @throws IOException when the address or port is not to be had
   */
  OptionalInt take(WantedSocket wanted) throws IOException;

  /** Lets a socket end; whoever has taken it closes their descriptor too. */
  void drop(WantedSocket wanted);

  /** Lets a group's sockets end that a former program took and this one has not. */
  void dropRest(String group);
}

package dev.wherry.network.ingress.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** Who sends a request through a link. All calls come on its loop. */
interface LinkUser {
  /** The link is theirs until the answer is complete. */
  void connected(BackendLink link);

  /** There is no link: nothing was sent. */
  void notConnected(String why, boolean crowded);

  void answerHead(HttpResponse head);

  /** Theirs to release; the last one ends the answer. */
  void answerPart(HttpContent part);

  void answerRead();

  void linkWritable();

  /** The link broke before the answer was complete. */
  void linkLost();

  /** They no longer want what they waited for. */
  boolean isOver();
}

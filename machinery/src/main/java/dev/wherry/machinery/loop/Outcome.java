package dev.wherry.machinery.loop;

import java.time.Duration;

/** How dealing with a key ended. */
public sealed interface Outcome {
  /** Nothing more to do until the key is added again. */
  record Done() implements Outcome {}

  /** Look again after this time. */
  record Again(Duration after) implements Outcome {}

  /** It failed; look again after the key's back-off. */
  record Retry(String why) implements Outcome {}

  Outcome DONE = new Done();
}

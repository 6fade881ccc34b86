package dev.wherry.controllers.sim;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import java.util.List;

/** What is simulated: controllers, what users do to them, and what must always hold. */
public interface Scenario {
  /** The controllers of a process that has just begun. */
  List<Controller> controllers(Parts parts);

  /** What is there at the beginning. */
  void begin(World world);

  /** Something a user does, chosen by {@link World#random}. */
  void user(World world);

  /** Holds after every step. */
  void check(World world);

  /** Holds when nothing has gone wrong for a while. */
  void settled(World world);

  /** How pods behave. */
  default PodLife podLife() {
    return PodLife.STEADY;
  }
}

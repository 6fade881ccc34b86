/**
 * The one simulation of all controllers: a virtual clock, a store in memory, views that are behind,
 * lost watches, conflicts and ends between any two writes, all from one seed.
 */
package dev.wherry.controllers.sim;

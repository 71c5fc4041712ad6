/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks that processes share, of several kinds, so that one can be measured next to the others.
 */
#ifndef LOCK_H
#define LOCK_H

#define LOCKS		3	/* of each kind */

struct lock_kind {
	const char *name;
	void (*make)(void);			/* once, before processes are forked */
	void (*open)(void);			/* in each process, before it uses any */
	void (*acquire)(unsigned int lock);	/* waits */
	void (*release)(unsigned int lock);
};

extern const struct lock_kind lock_bgtask;	/* mutexes of the library, scope user */
extern const struct lock_kind lock_flock;	/* flock(2) */
extern const struct lock_kind lock_robust;	/* robust mutexes of pthread, in shared memory */

#endif /* LOCK_H */

// SPDX-License-Identifier: MIT
//
// One idempotency key, and two posters that both post its event until they are answered with 200; a scraper; a server
// that is killed KILLS times at any moment, and starts again on the same file. SPIN goes through every interleaving
// (run_spin.py runs it, and the mutants that it must find wrong).
//
// What stands for what:
//
//   Poster: lock, look, unlock    Appending::append, KeyTable::Locked (src/queue/local/)
//   Poster: claim, write          EventLog::append; event_log.pml has its steps
//   Poster: note, publish         Appending::note, EventLog::publish
//   Flusher                       Flusher::flush (src/storage/flusher.cpp), of the variant SYNC_ALWAYS
//   Scraper                       a delivery as a whole: what it moves is event_log.pml's
//   Kill                          kill -9 and a start: recover() (src/storage/recovery.cpp), KeyTable::restore
//
// What it shows: the scraper gets the event exactly once, whoever was answered, wherever the server was killed; nobody
// is answered with 200 while the event may yet be lost; both posters are answered in the end.
//
// What it does not cover: a loss of power, two keys in one entry's place, keys that leave, and the halves of an entry:
// the unit tests and the crash suite do.

#ifndef KILLS
#define KILLS 2
#endif
#define PLACES 5 /* more than the events that can be written: one for each kill and each failure, and one more */
#define IDLE 255
#define NOTHING 0
#define HALF 1
#define WHOLE 2
#define VOID 3

byte record[PLACES]; /* what lies there */
byte tail;
byte word[2] = IDLE; /* in flight, one for each poster */
byte noted;          /* in the table of keys: the record's offset + 1; 0: the key is not known */
byte durable_end;
bool failed;         /* a flush failed: nothing is stored until the next start */
bool locked;         /* the key's part of the table */
byte life;
byte kills;
byte failures;

byte cursor;
byte got;            /* how often the scraper has got the event */
byte answered;       /* posters that were */

#define LEAST(a, b) ((a) < (b) -> (a) : (b))
#define WHOLE_END LEAST(tail, LEAST(word[0], word[1]))
#ifdef SYNC_ALWAYS
#define PUBLISHED_END LEAST(WHOLE_END, durable_end)
#else
#define PUBLISHED_END WHOLE_END
#endif
#define IS_STORED (got > 0 || (noted > 0 && noted - 1 >= cursor && record[noted - 1] == WHOLE))

active [2] proctype Poster() {
  byte mine, at;

again:
  mine = life;
  {
    atomic {
#ifndef MUTANT_NO_LOCK
      !locked && !failed -> locked = true
#else
      !failed
#endif
    };
    if
    :: noted > 0 ->
#if defined(SYNC_ALWAYS) && !defined(MUTANT_DUPLICATE_AT_ONCE)
       if
       :: atomic { noted - 1 >= durable_end -> locked = false }; goto again /* 409 */
       :: noted - 1 < durable_end
       fi;
#endif
       atomic { locked = false; goto ok } /* a duplicate */
    :: else
    fi;
    d_step { word[_pid] = tail; at = tail };
#ifdef MUTANT_NO_LOCK
    d_step { at = tail; word[_pid] = at; tail++; record[at] = HALF };
#else
    d_step { assert(at < PLACES); tail = at + 1; record[at] = HALF };
#endif
#ifdef MUTANT_NOTE_FIRST
    noted = at + 1;
#endif
    record[at] = WHOLE;
#ifdef MUTANT_NOTE_AFTER_PUBLISH
    word[_pid] = IDLE;
#endif
    noted = at + 1;
    word[_pid] = IDLE;
    locked = false;
#ifdef SYNC_ALWAYS
    if
    :: at < durable_end
    :: atomic { failed && at >= durable_end -> record[at] = VOID }; goto again /* 503 */
    fi;
#endif
    goto ok
  } unless { life != mine };
  /* the connection is gone, and nobody knows what became of the event */
  at = 0;
  goto again;
ok:
  atomic {
    /* The answer itself may get lost with a kill: then it is no answer. */
    if
    :: life != mine -> goto again
    :: else -> assert(IS_STORED); answered++
    fi
  }
}

active proctype Scraper() {
end:
  do
  :: atomic {
       cursor < PUBLISHED_END ->
       if
       :: record[cursor] == WHOLE -> got++; assert(got == 1)
       :: else -> assert(record[cursor] == VOID)
       fi;
       cursor++
     }
  od
}

#ifdef SYNC_ALWAYS
active proctype Flusher() {
  byte goal, mine;
end:
  do
  :: atomic { !failed && durable_end < WHOLE_END -> goal = WHOLE_END; mine = life };
     if
     :: atomic { life == mine -> durable_end = goal }
     :: atomic { life == mine && failures < 1 -> failures++; failed = true }
     :: life != mine
     fi;
     atomic { goal = 0; mine = 0 }
  od
}
#endif

active proctype Kill() {
  byte i;
end:
  do
  :: atomic {
       (kills < KILLS && answered < 2) || failed ->
       kills = (failed -> kills : kills + 1);
       life++;
       locked = false;
       failed = false;
       word[0] = IDLE;
       word[1] = IDLE;
       /* What was being written becomes padding. */
       i = 0;
       do
       :: i < tail -> record[i] = (record[i] == HALF -> VOID : record[i]); i++
       :: else -> break
       od;
#if !defined(MUTANT_KEEP_VOID) && !defined(MUTANT_NOTE_FIRST)
       noted = (noted > 0 && noted - 1 >= cursor && record[noted - 1] != WHOLE -> 0 : noted);
#endif
#ifndef MUTANT_NO_SEARCH
       i = cursor;
       do
       :: i < tail -> noted = (noted == 0 && record[i] == WHOLE -> i + 1 : noted); i++
       :: else -> break
       od;
#endif
       durable_end = tail;
       i = 0
     }
  od
}

active proctype End() { answered == 2 && cursor == tail -> assert(got == 1) }

/* In place of what the SDK's linker makes: the names that C asks for (natives.c has them in the same order). */
#ifndef __BENCH_MC__
#define __BENCH_MC__

#define BENCH_IDS 6
extern xsIdentifier benchIDs[BENCH_IDS];

#define xsID_onReadable benchIDs[0]
#define xsID_onWritable benchIDs[1]
#define xsID_onError benchIDs[2]
#define xsID_onConnection benchIDs[3]
#define xsID_address benchIDs[4]
#define xsID_port benchIDs[5]

#endif

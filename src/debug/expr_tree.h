/*
 * expr_tree.h: what an expression is made of, for the files that share it: expr_words.c, the tables of its operators
 * and functions; expr_parse.c, which makes the tree, with expr_slice.c for what stands in [ ]; expr.c, which evaluates
 * it. Nobody else looks inside.
 */
#ifndef SRC_DEBUG_EXPR_TREE_H
#define SRC_DEBUG_EXPR_TREE_H

#include "debug/expr.h"

#define EXPR_NAME_ROOM 96
#define EXPR_LEVELS    5 /* of binary operators, loosest first */
#define EXPR_NOT_LEVEL 2 /* `not` binds looser than the operators of this level, and tighter than those before it */

enum node_type { NODE_NUMBER, NODE_NAME, NODE_NOT, NODE_MINUS, NODE_BINARY, NODE_CALL, NODE_SLICE, NODE_STATISTIC };

/* One of what stands between the commas of [ ]: an index, or a range; what is not given has its default. */
struct subscript {
    bool range, has_first, has_last;
    long first, last, step; /* an index is FIRST */
    int column;
};

struct node {
    enum node_type type;
    double number;
    char name[EXPR_NAME_ROOM];
    const struct operator *operator;
    const struct function *function;
    const struct tensor_statistic *statistic;
    struct subscript *subscript; /* [subscripts] of NODE_SLICE, owned */
    int subscripts;
    struct node *left, *right;
    int column, end; /* where it stands in the text, from 0; END, behind it, is that of names, slices, statistics */
};

struct expr {
    char *text;
    struct node *root;
};

struct operator {
    const char *text;
    int level;
    double (*apply)(double a, double b);
};

struct function {
    const char *name;
    int arguments;
    double (*one)(double x);
    double (*two)(double a, double b);
};

/* Both end with a NULL text or name. */
extern const struct operator expr_operators[];
extern const struct function expr_functions[];

/* Where a parser stands. */
struct parser {
    const char *text;
    int at, depth, nodes;
    struct err *err;
};

/* Refuses what stands at COLUMN; returns NULL. */
struct node *expr_fail(struct parser *parser, int column, const char *what);

/* Takes WORD if it stands next, behind blanks; a word of letters must end where a name would. */
bool expr_take(struct parser *parser, const char *word);

/* What stands in [ ], the bracket taken already, for the slice NODE. */
int expr_parse_subscripts(struct parser *parser, struct node *node);

/* Makes TENSOR the slice of it that NODE is. */
int expr_slice(const struct expr *expr, const struct node *node, struct tensor *tensor, struct err *err);

void expr_free_node(struct node *node);

/* Refuses what stands at byte AT of TEXT. Of a long text the part around it is shown. */
int expr_refuse(struct err *err, const char *text, int at, const char *what);

#endif

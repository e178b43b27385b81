/*
 * expr_tree.h: what an expression is made of, for the files that share it: expr_words.c, the tables of its operators
 * and functions; expr_parse.c, which makes the tree; expr.c, which evaluates it. Nobody else looks inside.
 */
#ifndef SRC_DEBUG_EXPR_TREE_H
#define SRC_DEBUG_EXPR_TREE_H

#include "debug/expr.h"

#define EXPR_NAME_ROOM 96
#define EXPR_LEVELS    5 /* of binary operators, loosest first */
#define EXPR_NOT_LEVEL 2 /* `not` binds looser than the operators of this level, and tighter than those before it */

enum node_type { NODE_NUMBER, NODE_NAME, NODE_NOT, NODE_MINUS, NODE_BINARY, NODE_CALL };

struct node {
    enum node_type type;
    double number;
    char name[EXPR_NAME_ROOM];
    const struct operator *operator;
    const struct function *function;
    struct node *left, *right;
    int column; /* where it stands in the text, from 0 */
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

void expr_free_node(struct node *node);

/* Refuses what stands at byte AT of TEXT. Of a long text the part around it is shown. */
int expr_refuse(struct err *err, const char *text, int at, const char *what);

#endif

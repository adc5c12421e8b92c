# Completion of headroom's words in bash. tests/e2e/installed.test.mjs compares them with `headroom --help` of every command.

_headroom_words() {
  local by='--by --reason' of_transfer='--log-index --beyond-books'
  local page='--cursor --limit' window='--since --until'
  case $1 in
    '') echo serve migrate verify keys cluster bets sales markets withdrawals conversions adopt-transfer wallet \
      status deposits pause resume retry webhooks tail top timeline reconcile check-config settings help ;;
    keys) echo add list revoke ;;
    cluster) echo status evict ;;
    bets) echo show resolve --json --user --status --token $window $page ;;
    'bets resolve') echo --by --evidence --shares --spent --fee ;;
    sales) echo show resolve ;;
    'sales resolve') echo --by --evidence --shares --proceeds --fee ;;
    markets) echo settle ;;
    'markets settle') echo --tx --apply --dry-run ;;
    withdrawals) echo show approve refuse pause resume --json --user --status $window $page ;;
    'withdrawals approve') echo --by ;;
    'withdrawals refuse' | 'withdrawals pause' | 'withdrawals resume') echo $by ;;
    conversions) echo show look retry hold release fail settle --json $page ;;
    'conversions look' | 'conversions retry' | 'conversions hold' | 'conversions release' | 'conversions fail') echo $by ;;
    'conversions settle') echo --tx $of_transfer $by ;;
    adopt-transfer) echo $of_transfer $by ;;
    wallet) echo status cancel resync ;;
    'wallet cancel' | 'wallet resync') echo --chain --account $by ;;
    status) echo --json ;;
    deposits) echo --json --user --status $window $page ;;
    pause | resume) echo --reason --json ;;
    retry) echo conversion ;;
    'retry conversion') echo --reason --json ;;
    webhooks) echo list add show rotate test enable disable remove --json ;;
    'webhooks add') echo --events --json ;;
    'webhooks show') echo --json --status $page ;;
    'webhooks list' | 'webhooks rotate' | 'webhooks test' | 'webhooks enable' | 'webhooks disable' | 'webhooks remove') echo --json ;;
    tail) echo --json --topics --user --count ;;
    top) echo --json --limit --count --every ;;
    timeline) echo --json --sequence --file ;;
    check-config) echo --show ;;
  esac
}

# What stands in the place of a value.
_headroom_values() {
  case $1:$2 in
    --chain:*) echo plasma polygon base ;;
    --topics:*) echo me buffer alerts me,buffer me,buffer,alerts ;;
    --status:bets) echo placing filled failed settled ;;
    --status:deposits) echo settling pending converting completed failed ;;
    --status:withdrawals) echo requested sent confirmed failed ;;
    '--status:webhooks show') echo pending delivered failed stopped ;;
    :timeline) echo bet sale deposit conversion withdrawal ;;
    :pause | :resume) echo bets deposits conversions withdrawals ;;
    ':bets resolve') echo failed filled ;;
    ':sales resolve') echo failed sold ;;
  esac
}

_headroom() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command='' word i everywhere='--help --config --url --key-file'
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    case ${COMP_WORDS[i-1]} in
      --json | --show | --apply | --dry-run | --beyond-books | --sequence | --help) ;; # they have no value
      -*) continue ;;
    esac
    [[ " $(_headroom_words "$command") " == *" $word "* ]] && command="${command:+$command }$word"
  done
  case $before in
    --config | --key-file | --file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    --chain | --topics | --status) mapfile -t COMPREPLY < <(compgen -W "$(_headroom_values "$before" "$command")" -- "$current") ;;
    --by | --reason | --evidence | --url | --user | --token | --since | --until | --cursor | --limit | --count | --every | \
      --shares | --spent | --proceeds | --fee | --tx | --log-index | --account | --events) COMPREPLY=() ;; # nobody can guess it
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(_headroom_words "$command") $(_headroom_values '' "$command") $everywhere" -- "$current")
      ;;
  esac
}

complete -o filenames -F _headroom headroom

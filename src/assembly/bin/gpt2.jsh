import io.github.gpt2djl.*;
import io.github.gpt2djl.checkpoint.*;
import io.github.gpt2djl.sampling.*;
import io.github.gpt2djl.tokenizer.*;
import io.github.gpt2djl.training.*;

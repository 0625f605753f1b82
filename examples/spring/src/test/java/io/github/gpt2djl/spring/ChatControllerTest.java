package io.github.gpt2djl.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.request;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;

@SpringBootTest(properties = "gpt2.max-new-tokens=12")
@AutoConfigureMockMvc
class ChatControllerTest {
    @Autowired
    private MockMvc mvc;

    @Autowired
    private ChatModel model;

    @Test
    void answersAMessage() throws Exception {
        mvc.perform(get("/chat").param("message", "Who art thou? \uD83D\uDE00"))
                .andExpect(status().isOk())
                .andExpect(content().string(model.call("Who art thou? \uD83D\uDE00")));
    }

    @Test
    void streamsAnAnswer() throws Exception {
        MvcResult started = mvc.perform(get("/chat/stream").param("message", "Who art thou?"))
                .andExpect(request().asyncStarted())
                .andReturn();
        String events = mvc.perform(asyncDispatch(started))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(events).startsWith("data:");
        // Lines of an event are joined by line breaks, which the comparison leaves out.
        assertThat(events.replaceAll("data:|\n", ""))
                .isEqualTo(model.call("Who art thou?").replace("\n", ""));
    }

    @Test
    void aPromptThatDoesNotFitIsTheClientsError() throws Exception {
        mvc.perform(get("/chat").param("message", "word ".repeat(2000)))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.detail", Matchers.containsString("context")));
        mvc.perform(get("/chat")).andExpect(status().isBadRequest());
    }
}
